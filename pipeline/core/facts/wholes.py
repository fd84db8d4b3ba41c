"""Phrases of folded texts that say what an amount contains or is named after: debt, equity, an investment fund."""

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from pipeline.core.facts import units
from pipeline.core.text.phrases import any_of, pattern

Span = tuple[int, int]

# "30 billion of equity, up to 100 billion including debt": the second amount is the total that may come together, and
# the word debt is no one's role. One line a language or family; the words are folded by `pattern`.
_WITH_DEBT = any_of(
    r"\b(?:including|incl\.?|inclusive of|counting|with|after adding|adding|plus) (?:(?:the|its|any|all|assumed|"
    r"additional|bank|some) )?(?:debt|borrowings?|borrowed money|leverage|loans)\b|\bdebt(?:-| )(?:included|"
    r"inclusive)|"
    r"\bonce (?:debt|loans|borrowing) (?:is|are) (?:included|added|counted)|\b(?:equity|investments?) and debt\b|"
    r"\bdebt and equity\b|"
    r"\b(?:avec|y compris|en comptant|en incluant|incluant|en ajoutant|en tenant compte de) (?:la |les |l'|"
    r"de la |des )?"
    r"(?:dettes?|emprunts?|endettement|prets)\b|\b(?:dettes?|emprunts?) (?:comprises?|compris|incluses?|inclus)\b|"
    r"\b(?:einschliesslich|inklusive|inkl\.|mit|samt|zuzuglich|unter einschluss von) (?:der |den |von )?"
    r"(?:schulden|krediten?|fremdkapital|darlehen|verschuldung|fremdmitteln)\b|"
    r"\b(?:schulden|kredite|fremdkapital) (?:eingerechnet|inbegriffen|eingeschlossen|mitgerechnet)|"
    r"\b(?:con|incluyendo|incluida|incluido|contando|sumando|sumada|incluindo|com|somando|com a|incluso|includendo|"
    r"compreso|compresi|considerando|contando con|amb|incloent|inclos) (?:la |el |a |o |il |i |as )?"
    r"(?:deudas?|endeudamiento|apalancamiento|prestamos|dividas?|endividamento|emprestimos|debit[oi]|indebitamento|"
    r"prestiti|deute)\b|\b(?:deuda|divida) (?:incluida|incluso)\b|\bdebit[oi] (?:compres|inclus)\w+|"
    r"\b(?:termasuk|beserta|jika ditambah|ditambah|dengan|bersama) (?:dengan )?(?:utang|hutang|pinjaman|"
    r"pembiayaan utang)"
    r"|\b(?:inclusief|met|incl\.) (?:de |het )?(?:schuld(?:en)?|leningen|vreemd vermogen|geleend geld)\b|"
    r"\b(?:inklusiv[et]?|inkl\.|med|medregnet|medraknat|iberegnet) (?:gaeld|gæld|gjeld|lan|skuld(?:er)?|belaning|"
    r"lanefinansiering)\b|\b(?:gaeld|gæld|gjeld|skulder)(?:en)? (?:inkluderet|inkludert|inraknad|medregnet)|"
    r"\bvel(?:ka|at|oi|an|kara)\w* (?:mukaan|kanssa)|"
    r"\b(?:wraz z|lacznie z|z|wliczajac|uwzgledniajac|po doliczeniu) (?:dlug\w*|zadluzeni\w+|kredyt\w+|pozyczk\w+)|"
    r"\b(?:vcetne|vratane|spolu s|i s|aj s|so|s) (?:dluh\w*|dlh\w*|uver\w*|pujck\w*|pozick\w*)|"
    r"\b(?:ukljucujuci|zajedno s|skupaj s|vkljucno z|s) (?:dug\w*|dolg\w*|zaduz\w+|posojil\w+|kredit\w+)|"
    r"\b(?:укључујући|са) (?:дуг\w*|кредит\w*)|"
    r"\b(?:hitel\w*kel|hitellel|adossaggal|kolcson\w*kel)\b|"
    r"\b(?:cu|inclusiv|incluzand|inclusiv cu) (?:datori\w+|imprumut\w+|credite\w*)|"
    r"\b(?:borclar\w*la|borcla|borclanmayla|kredilerle|krediyle)\b|\b(?:borc\w*|kredi\w*) (?:dahil|ile birlikte)|"
    r"\b(?:tinh ca|ke ca|bao gom|gom ca|cong ca|tinh them|cong them|gom) (?:khoan |von |ca )?(?:vay no|no vay|"
    r"no|vay)\b|"
    r"\b(?:с уч[её]том|включая|вместе с|учитывая|с) (?:\w+ )?(?:за[её]м\w+|долг\w*|заимствован\w+|кредит\w*)|"
    r"\b(?:з урахуванням|разом [зі]з?|включно з|включаючи|враховуючи|з|із) (?:\w+ )?(?:борг\w*|позик\w*|позич\w+|"
    r"кредит\w*|запозичен\w*)|\b(?:включително|заедно с|с|вкл\.) (?:дълг\w*|зае?м\w*|кредит\w*)|"
    r"(?:συμπεριλαμβανομεν\w+|μαζι με|με|συν) (?:το |του |τον |των |τα |και )?(?:χρε\w+|δανει\w+)|"
    r"(?:مع|بما في ذلك|بما فيها|بما فيه|شامله?|شاملا|بالاضافه الي|باحتساب|بعد اضافه|متضمنه) "
    r"(?:\w+ )?(?:ال)?(?:ديون|دين|قروض|اقتراض|استدانه)|"
    r"(?:با|شامل|با احتساب|به همراه|همراه با|به علاوه) (?:بدهي\w*|وام\w*|استقراض)|قرض(?:وں|ے)? (?:سميت|كے ساته|"
    r"ملا كر)|"
    r"(?:כולל|עם|בתוספת) ה?(?:חוב\w*|הלווא\w+|מינוף|אשראי)|"
    r"(?:कर्ज़?|ऋण|उधार) (?:समेत|सहित|के साथ|मिलाकर|को मिलाकर|जोड़कर|शामिल)|ঋণ ?(?:সহ|মিলিয়ে|যোগ|ের সঙ্গে)|"
    r"கடன் ?(?:உட்பட|சேர்த்து)|கடனுடன்|(?:రుణ|అప్పు)\w* (?:సహా|కలిపి|కలుపుకొని)|"
    r"(?:รวมถึง|รวมทั้ง|นับรวม|เมื่อรวม|รวม|พร้อม)(?:การ)?(?:กู้ยืม|กู้|หนี้|เงินกู้)|"
    r"(?:含|包括|包含|连同|連同|加上|计入|計入|算上|加计|加計|计及|計及|連|连)(?:其|举债|的)?"
    r"(?:债务|債務|借贷|借貸|举债|舉債|负债|負債|贷款|貸款|杠杆|槓桿|借款|債)(?:融资|融資)?|"
    r"(?:债务|債務|负债|負債|借款|贷款|貸款)(?:在内|在內|计入|計入)|"
    r"(?:負債|借り?入れ?金?|融資|債務|デット|ローン)(?:金|分|など)?[をも](?:含め|合わせ|加え|含む)|(?:負債|借入)込み|"
    r"(?:차입|부채|대출|채무|빚)(?:금|을|를|까지|도)* ?(?:포함|합쳐|합하|더하|감안)|"
    r"\b(?:pamoja na|ikijumuisha|kujumuisha) (?:mikopo|madeni|mkopo|deni)|\bkasama ang (?:mga )?(?:utang|pautang)|"
    r"\b(?:kartu su|iskaitant|su) (?:skol\w+|paskol\w+)|\bieskaitot (?:parad\w+|aizdevum\w+)|"
    r"\bkoos (?:laenu\w*|vola\w*)|\bduke perfshire borxh\w+|\bborxhi? i perfshire"
)
# "With", which alone does not say that debt is included, and what leads from the debt to its amount.
_WITH = pattern(r"(?:with|avec|mit|con|com|amb|dengan|bersama|met|med|z|s|so|cu|с|з|із|са|με|مع|با(?! احتساب)|עם) ")
_OF_DEBT = pattern(
    r" (?:(?:of|de|di|von|van|na|pa|av|da|sebesar|senilai|w wysokosci|ve vysi|vo vyske|в размере|у розмірі|في|"
    r"بقيمه|به ارزش|של|ύψους) )"
)
_NEXT = 16  # characters between a debt and its amount
_EQUITY = any_of(
    r"\b(?:private |shareholders'? |new )?equity\b|\bfonds propres|\bcapitaux (?:propres|prives)|\beigenkapital|"
    r"\bde capital\b|\bde capitaux\b|\bcapital (?:propio|proprio|privado|prive|propi)|\bem capital|\bcapitale\b|"
    r"\beigen vermogen|\bekuitas|\bekuiti|\boz ?(?:sermaye|kaynak)|\bкапитала\b|\bсобственн\w+ (?:капитал|средств)|"
    r"\bкапіталу|\bвласн\w+ (?:капітал|кошт)|\bсобствен капитал|\bkapitalu|\bvlastniho (?:kapitalu|jmeni)|"
    r"\b(?:egenkapital|eget kapital)|\bomaa paaomaa|\bpaaomaa|\bsajat toke|\btoket\b|\bcapital propriu|"
    r"رؤوس الاموال|راس المال|حقوق الملكيه|اسهم|سرمايه|הון|इक्विटी|पूंजी|ইক্যুইটি|পুঁজি|"
    r"股权|股權|自有资金|自有資金|资本金|資本金|股本|自己資本|出資|자기자본|지분|\bvon (?:co phan|chu so huu|"
    r"gop)|ทุน|ίδια κεφάλαια|κεφαλαι"
)
# A fund, a firm and an investor are called after investment; their amounts are not invested by that.
_FUND = any_of(
    r"\binvestment[- ](?:fund|firm|compan|group|bank|arm|vehicle|manager|giant|house|partnership|platform|trust|"
    r"authority|holding|corp|plan)\w*|\binvestors?\b|\binvestisseurs?\b|\binvestor(?:en|ów|u|i|e|y|s)?\b|"
    r"\binversor\w*|"
    r"\binvestitor\w*|\bинвестор\w*|\bінвестор\w*|"
    r"\b(?:fonds|fons|fondo|fundo|fond|societe|sociedad|compania|firme|banque|banco|vehicule|vehiculo|groupe|"
    r"grupo|gruppo|"
    r"gestora|empresas?) (?:d'|de |di |do |da )inv\w+|\b(?:perusahaan|dana|firma|syarikat) (?:investasi|pelaburan)|"
    r"\b(?:fundusz|firm|spolk)\w* inwestycyjn\w*|\bquy dau tu|"
    r"\binvest\w+(?:fond|gesell|firm|vehik|bank|bolag|selskab|"
    r"selskap|rahasto|yhtio)\w*|\bинвест\w+ (?:фонд|компан|фирм|банк|групп|корпор|гигант)\w*|"
    r"\bінвест\w+ (?:фонд|компан|фірм|банк|груп)\w*|\byatirim (?:fon|sirket|ortakli|banka|grub)\w*|"
    r"\binvest\w+ (?:fond|fund|podjetj|drustv|spolecnost|spolocnost|alap|tarsasag|fonds)\w*|"
    r"επενδυτικ\w+ (?:ταμει|εταιρ|ομιλ|κεφαλ)\w*|"
    r"(?:投资|投資)(?:运用|運用)?(?:公司|基金|机构|機構|集团|集團|银行|銀行|ファンド|会社|家|者|人|財團|财团|平台)|"
    r"투자 ?(?:회사|사|자|펀드|은행|그룹|가|기업|기구)(?![가-힣])|(?:شركه|صندوق|شركات|صناديق|مجموعه|"
    r"ذراع) (?:ال)?استثمار\w*|"
    r"المستثمر\w*|(?:صندوق|شركت|گروه) سرمايه گذاري|سرمايه گذاران|निवेश (?:कंपनी|फर्म|कोष|फंड|समूह)|निवेशक\w*|"
    r"(?:קרן|חברת|קבוצת) ה?השקעות|משקיעי\w*|กองทุนเพื่อการลงทุน|กองทุนลงทุน|นักลงทุน"
)
# After an amount, "to invest in" says what the money is for.
_PURPOSE = any_of(
    r"\b(?:to invest|for investments?|for investing|pour investir|para invertir|de invertir|para investir|"
    r"per investire|"
    r"untuk berinvestasi|untuk menginvestasikan|zu investieren|om te investeren|at investere|att investera|"
    r"для (?:инвест|вложен|інвест|вкладен)\w+|centrad\w+ en (?:la )?inversion)"
)
_SIZE = pattern(r"(?:-plus|\+)? ?-?(?:funds?|fonds|fondo|fundo)\b|(?:的)?基金|のファンド| ?규모의? 펀드")
APART = pattern(
    r"[,、，;:()]|(?<= )-(?= )|\b(?:and|then|et|puis|und|y|e|ed|dan|ve|и|а|та|й|oraz|a|i|en|og|och|ja|es|si|va|con|"
    r"και|في حين|و|והוא)\b|और|এবং|และ|及|และ| 및 |하고|고 "
)
_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?:[.,]\d+)*(?!\d)")


_AROUND = 60  # letters of a phrase on either side of the word that it hangs on


def _spans(expression: re.Pattern[str], folded: str, words: Sequence[Span]) -> list[Span]:
    """Find phrases around some words: each expression has a hundred branches, and a text mostly other words."""
    found: list[Span] = []
    done = 0
    for start, end in words:
        low, high = max(done, start - _AROUND), min(len(folded), end + _AROUND)
        found += [m.span() for m in expression.finditer(folded, low, high)]
        done = max(done, max((b for _, b in found), default=0), low)
    return found


_STOP = re.compile(r"[.!?;·](?= )|[\n。！？；।؟]|\|")  # where a clause ends, but for the point of an abbreviation
_ABBREVIATION = pattern(
    r"(?:^|[\s(])(?:ok|ca|cca|approx|est|mrd|mld|mln|mio|mia|mds|mill|milj|mil|tis|tys|no|nr|vs|inc|corp|co|ltd|st|dr|"
    r"mr|bzw|kr|rs|re|rp|tk|ksh|us|u\.s|s\.a|p\.a|max|min|zl|zb|млрд|млн|трлн|тыс|тис|долл|дол|руб|грн|р|г|рр|пр|др|"
    r"лв|щ\.д|хил|εκατ|δισ|τρισ|δολ|रु|रू|டி|ரூ|రూ|ر\.س)$"
)


def stops(folded: str, is_capital: Callable[[int], bool]) -> list[Span]:
    """Find where clauses end; `is_capital` says of a place whether a capital letter stood there.

    The point of an abbreviation ends none ("ok. 900 MW", "1,5 mrd. euroa") unless a capital that is no unit follows.
    """
    found = []
    for m in _STOP.finditer(folded):
        if m[0] == "." and _ABBREVIATION.search(folded, max(0, m.start() - 7), m.start()):
            at = m.end() + 1
            if not is_capital(at) or units.currencies().at(folded, at):
                continue
        found.append(m.span())
    return found


class Wholes:
    """What the phrases of one folded text say about its amounts, given the places of all of them."""

    def __init__(self, folded: str, amounts: list[Span], cues: Sequence[tuple[int, int, str]], ends: Sequence[Span]):
        """`cues` are the text's: phrases of debt are looked for around words for debt; `ends` are those of clauses."""
        self.folded = folded
        self._ends = ends
        self._amounts = sorted(amounts)
        debts = [(a, b) for a, b, name in cues if name in {"debt", "loan"}]
        invested = [(a, b) for a, b, name in cues if name == "invested"]
        self.debts = [s for s in _spans(_WITH_DEBT, folded, debts) if not self._is_debts_own(s)] if debts else []
        self.funds = _spans(_FUND, folded, invested) if invested else []
        self.purposes = _spans(_PURPOSE, folded, invested) if invested else []
        self._totals = {a for a in map(self._total, self.debts) if a}

    @cached_property
    def _equities(self) -> list[Span]:
        return [m.span() for m in _EQUITY.finditer(self.folded)]

    def silences(self, cue: tuple[int, int, str], amount: Span) -> bool:
        """Whether a cue gives `amount` no role: debt that is included, a fund's name, a purpose."""
        start, end, name = cue
        if name == "debt":
            return any(a <= start < b for a, b in self.debts) or self.is_equity(amount)
        if name == "invested":
            spans = [*self.funds, *(self.purposes if start >= amount[1] else ())]
            return any(a < end and start < b for a, b in spans) or _SIZE.match(self.folded, amount[1]) is not None
        return False

    def _is_debts_own(self, phrase: Span) -> bool:
        """Whether a phrase that only says "with debt" leads to the amount of that debt: "with debt of $5bn"."""
        after = next((a for a, _ in self._amounts if a >= phrase[1]), -1)
        if after < 0 or after - phrase[1] > _NEXT or not _WITH.match(self.folded, phrase[0]):
            return False
        return _OF_DEBT.fullmatch(self.folded, phrase[1], after) is not None

    def is_total(self, amount: Span) -> bool:
        """Whether the text says of this amount that it includes debt."""
        return amount in self._totals

    def is_equity(self, amount: Span) -> bool:
        """Whether the words right beside this amount call it equity."""
        start, end = amount
        for a, b in self._equities:
            if b <= start and any(e <= a and a - e <= 6 for _, e in self._amounts):
                continue  # "30 billion of equity and 100 billion": the first amount's
            low, high = (end, a) if a >= end else (b, start)
            between = any(s < high and low < e for s, e in self._amounts if (s, e) != amount)
            if low <= high <= low + 12 and not between and not re.search("[,;.、]", self.folded[low:high]):
                return True
        return False

    def _total(self, phrase: Span) -> Span | None:
        """Choose the amount that a phrase of debt completes: with fewer commas and joints between, then the nearer."""
        start, end = phrase
        before = max((a for a in self._numbers if a[1] <= start and start - a[1] <= 45), default=None)
        after = min((a for a in self._numbers if a[0] >= end and a[0] - end <= 55), default=None)
        if before and (self.is_equity(before) or self._stops(before[1], start)):
            before = None
        if after and (self.is_equity(after) or self._stops(end, after[0])):
            after = None
        if not before or not after:
            return before or after
        left = len(APART.findall(self.folded[before[1] : start]))
        right = len(APART.findall(self.folded[end : after[0]]))
        if left != right:
            return before if left < right else after
        return before if not left and start - before[1] <= after[0] - end else after

    @cached_property
    def _numbers(self) -> list[Span]:
        # "puis 100 milliards avec la dette": no currency, so no amount, but the phrase is that number's
        plain = [m.span() for m in _NUMBER.finditer(self.folded)]
        return sorted([*self._amounts, *(n for n in plain if not any(a < n[1] and n[0] < b for a, b in self._amounts))])

    def _stops(self, start: int, end: int) -> bool:
        return any(start <= a and b <= end + 1 for a, b in self._ends)

"""Scale words (million, milliard, अरब, ล้าน …), number words and decimal habits of many languages.

Babel's CLDR abbreviations cover part of this; the full words, their inflection and the traps are ours.
"""

import re
from functools import cache

from pipeline.core.text.phrases import Lexicon

# "billion" is 10^9 in English and 10^12 in French, German or Danish; "bilion" is 10^9 in Malay and 10^12 in Polish.
# "b?" and "bilion?" are decided by the neighbourhood (resolve). Everything that looks like "trillion" is 10^12: the
# long scale's 10^18 of anything never stands in the news, the mistranslated "trilioni di dollari" does.
_SCALES: dict[float | str, str] = {
    1e2: "hundred,ratus,ratusan,сотен,sto,สิบ*0",
    1e3: "thousand*1,mille,mil,mila,tausend,duizend,ribu,bin,тыс,тыс.,тысяч*,тис,тис.,тисяч*,хиляд*,хил.,tis.,"
    "tisic*,tys.,tys,"
    "tysiac*,tysiec*,ezer*,tuhat*,tuhan*,tusen,tusind,nghin,ngan,พัน,ألف,آلاف,الاف,هزار,हजार,हज़ार,হাজার,ஆயிரம்,"
    "ஆயிரத்து,వేల,వెయ్యి,ಸಾವಿರ,"
    "ਹਜ਼ਾਰ,હજાર,ആയിരം,אלף,אלפי,χιλιαδες,χιλ.,հազար*,ათასი*,mije,tukstan*,tukst.,tukst,tukstos*,elfu,libo,libong,"
    "tisuc*,hiljad*,"
    "хиљад*,илјад*,mii de,mii,de mii,мың,ming,min,dubu,mil.,þusund,ሺህ,ሺ,ہزار",
    1e4: "หมื่น",
    1e5: "lakh*1,lac,लाख,লাখ,লক্ষ,லட்சம்,இலட்சம்,లక్ష*,ಲಕ್ಷ,ലക്ഷം,લાખ,ਲੱਖ,لاکھ,แสน",
    1e6: "million*,millon*,mln,mln.,mio,mio.,mill.,milhao,milhoes,milhão,milione,milioni,miljoen*,juta,jutaan,"
    "milyon*,миллион*,мільйон*,милион*,млн,млн.,милл.,miljon*,milion*,millio*,miljoon*,trieu,triệu,ล้าน,مليون*,"
    "ملايين,ميليون,ملیون,ملین,"
    "मिलियन,মিলিয়ন,மில்லியன்,మిలియన్*,മില്യൺ,ಮಿಲಿಯನ್,મિલિયન,ਮਿਲੀਅਨ,מיליון,מליון,מיליוני,εκατομμυρι*,εκατ,εκατ.,εκ.,მილიონ*,"
    "მლნ,միլիոն*,"
    "մլն,milijun*,milijon*,milj,milj.,мільён*,мільён*,milio,milions,milioi,milyong,milyun,milliun*,milioane,"
    "milioane de,mil·lio,"
    "mil·lions,mil.lions,milljon*,miliyan*,milyan,ሚሊዮን,miliona,miliyoni,सय लाख,mn.,مليونا",
    1e7: "crore*1,करोड़,करोड,कोटी,কোটি,கோடி,కోటి,కోట్ల,కోట్లు,ಕೋಟಿ,കോടി,કરોડ,ਕਰੋੜ,کروڑ",
    1e9: "milliard*,milliarden,mrd,mrd.,mrds,md,mds,mds.,mia,mia.,mld,mld.,mlrd,mlrd.,mdr,mdr.,miljard*,miliard*,"
    "milijard*,miliar,miliaran,milyar*,"
    "milijard,миллиард*,млрд,млрд.,мільярд*,милиард*,милијард*,милијарди,мільярды,млд,млд.,miljardi*,mrd,mlrd,"
    "milliardo,miliardi,miliardo,"
    "ملیار,مليار*,مليارات,ملياري,میلیارد,مليارد,بلين,بليون,بلیون,بلین,ارب,अरब,অর্ব,ارب,अब्ज,অব্জ,અબજ,ਅਰਬ,बिलियन,বিলিয়ন,"
    "பில்லியன்*,బిలియన్*,ബില്യൺ,ಬಿಲಿಯನ್,બિલિયન,"
    "ਬਿਲੀਅਨ,מיליארד,מיליארדי,מליארד,ביליון,δισ,δισ.,δις,δισεκατομμυρι*,მილიარდ*,მლრდ,միլիարդ*,մլրդ,bilhao,bilhoes,"
    "bilyon,bilyong,bilioni,"
    "bilyan,biliyan*,milijardi,мільярд,млрд,மில்லியார்டு,millardi,milljard*,milljord*,biljun,ቢሊዮን,миллиардтан,"
    "миллиард,миллиардов,bln.,mliard,bilhões,"
    "milliarder,milliardi,більйон,millarda,"
    "miliardow,milardo,milhar de milhao,milhar de milhoes",
    1e11: "खरब,খর্ব,کھرب",
    1e12: "billon,billones,billionen,billioner*,biljoen*,biljon*,biljoon*,billio,billios,billiot,bilijun*,bilijon*,"
    "billionar*,"
    "nghin ty,ngan ty,nghin ti,ngan ti,biliao,bilioes,billons,bilions,bilioi,"
    "biliony,bilionow,bilionem,biliona,bilionu,bilionum,bilionech,biliony,bilionov,bilionoch,billiodra,trillion*,"
    "trillon*,trilhao,trilhoes,triliao,trilioes,triliun*,trilion*,"
    "trilyon*,триллион*,трлн,трлн.,трильйон*,трилион*,триљон*,triljoen*,triljon*,triljoon*,trillio*,trilijun*,"
    "trilijon*,trln,trl.,"
    "تريليون*,تریلیون*,ٹریلین,ट्रिलियन,ট্রিলিয়ন,டிரில்லியன்,ట్రిలియన్*,τρισ,τρισ.,τρισεκατομμυρι*,טריליון,טריליוני,ტრილიონ*,"
    "տրիլիոն*,"
    "trilyong,trilioni,билион*,більйон*,биллион,neel,ትሪሊዮን,trilioane,trilioane de",
    1e15: "quadrillion*,kuadriliun,kuadrilyun,katrilyon*,квадриллион*",
    "b?": "billion,billions",
    "bilion?": "bilion",
}
# Dual forms carry their own two; halves stand before the scale.
_DUALS: dict[float, str] = {
    2e3: "الفي,الفا,ألفي",
    2e6: "مليوني,مليونا,مليونين",
    2e9: "ملياري,مليارا,مليارين",
    2e12: "تريليوني,تريليونا,تريليونين",
}
# Abbreviations that mean a scale only beside a currency ("$30m" is not thirty metres, "7B" is a model).
_WEAK: dict[float, str] = {
    1e3: "k,rb",
    1e6: "m,mn,mi,mm,jt,mil,εκ,m.",
    1e7: "cr,cr.",
    1e9: "b,bn,bn.,bi,g,ty,tỷ,tỉ,tỉ,b.,bil,bil.,md",
    1e12: "t,tn,tn.,tri,trn,bio,bio.,bln,t.",
}

# Ordinary words that give a language away, with the words for scales and units that only it uses.
_VOTES: dict[str, str] = {
    "en": "the of to in for and with by is its will that on from plans billion million of raise hours has are",
    "fr": "le la les des et pour dans du une un est au aux sur par avec qui milliards milliard heures de dollars d "
    "l plus",
    "de": "der die das und fur mit von den dem ein eine im zu auf milliarden milliarde stunden werden wird bis "
    "millionen",
    "nl": "het een van en voor met op de miljard miljoen uur wordt dat zijn naar aan",
    "da": "og for til pa af en et med der omkring selskabet efter blev ikke milliarder mia timer vil skal fra kroner",
    "nb": "og for til pa av en et med som rundt selskapet etter ble ikke anlegget milliarder timer vil skal fra kroner",
    "sv": "och for till pa av en ett med som miljarder timmar ska fran kronor att",
    "es": "el la los las de del y para con en una un por que millones mil billones dolares horas",
    "pt": "o a os as de do da e para com em uma um por que milhoes bilhoes bilhao horas mil no na",
    "it": "il lo la gli di del della e per con in una un che miliardi miliardo milioni ore dollari nel",
    "id": "dan yang untuk di dengan pada dari miliar perusahaan adalah karena bahwa hingga triliun juta jam dolar "
    "akan ini tahun",
    "ms": "dan yang untuk di dengan pada dari bilion syarikat ialah kerana bahawa sehingga trilion juta jam dolar "
    "akan ini tahun",
    "tr": "ve bir icin ile bu milyar milyon trilyon saat dolar dolarlik yatirim kadar",
    "pl": "i w na z do dla o sie jest miliardow miliardy miliard dolarow milionow mld mln",
    "cs": "a v na z do pro o se je miliard miliardy dolaru milionu za mld",
    "sk": "a v na z do pre o sa je miliard miliardy dolarov milionov za",
    "hu": "a az es egy milliard millio dollar dollaros hogy nem ora",
    "ro": "si in de la cu pentru un o miliarde milioane dolari care din pe ore",
    "fi": "ja on etta miljardia miljardin dollaria dollarin miljoonaa tuntia",
    "sl": "in v na za z je milijard milijarde dolarjev ki ur",
    "hr": "i u na za s je milijardi milijarde dolara koji sati",
    "vi": "va cua cho trong ty trieu usd dong voi se nam gio",
    "ca": "el la els les de del i per amb en una un que milions mil hores",
    "sw": "na ya wa kwa katika dola bilioni milioni",
    "fil": "ang ng sa mga na at bilyon bilyong dolyar",
    "lt": "ir milijardu milijarda milijono doleriu valandu",
    "lv": "un miljardu miljardus dolaru stundu",
    "et": "ja miljardit miljardi dollarit tundi",
    "sq": "dhe te ne per miliarde dollare",
}
_VOTERS: dict[str, tuple[str, ...]] = {}
for _tag, _words in _VOTES.items():
    for _word in _words.split():
        _VOTERS[_word] = (*_VOTERS.get(_word, ()), _tag)
_POINT_LANGUAGES = {
    "en",
    "ms",
    "fil",
    "sw",
    "zh",
    "ja",
    "ko",
    "th",
    "he",
    "hi",
    "bn",
    "ta",
    "te",
    "mr",
    "gu",
    "pa",
    "kn",
    "ml",
}
_LONG_SCALE = {"fr", "de", "da", "nb", "no", "nn"}
_WORD = re.compile(r"[^\W\d_]+")
_COMMA_SCRIPT = re.compile("[\u0370-\u03ff\u0400-\u04ff\u0530-\u058f\u10a0-\u10ff]")
_POINT_SCRIPT = re.compile("[\u0590-\u05ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]")
_DECIMALS = re.compile(r"(?<![\d.,:/-])\d{1,3}([.,])\d{1,2}(?![\d:/]|[.,]\d)(?! (?:uhr|uur|h\b))")


@cache
def scales() -> Lexicon[float | str]:
    """Return the scale words: a factor, or the tag of an ambiguous word."""
    lexicon: Lexicon[float | str] = Lexicon()
    for factor, words in _SCALES.items():
        lexicon.add(words, factor)
    return lexicon


@cache
def duals() -> Lexicon[float]:
    """Return the Arabic duals, which carry their own two."""
    lexicon: Lexicon[float] = Lexicon()
    for value, words in _DUALS.items():
        lexicon.add(words, value)
    return lexicon


@cache
def weak() -> Lexicon[float]:
    """Return the abbreviations that need a currency beside them."""
    lexicon: Lexicon[float] = Lexicon()
    for factor, words in _WEAK.items():
        lexicon.add(words, factor)
    return lexicon


class Habits:
    """What the language of one text says about its numbers; worked out when first asked, the hint last."""

    def __init__(self, folded: str, hint: str | None) -> None:
        self._text = folded
        self.tag = (hint or "").lower().replace("_", "-")
        primary = self.tag.split("-")[0]
        self._hint = "nb" if primary in {"no", "nn"} else primary
        self._guess: str | None = None
        self._decimal: str | None = None

    @property
    def hint(self) -> str:
        """The language that the caller believes in, primary subtag only."""
        return self._hint

    def language(self) -> str:
        """Guess the language by its commonest words; the hint decides when they do not, "" when nothing does."""
        if self._guess is None:
            votes: dict[str, int] = {}
            for word in _WORD.findall(self._text[:2000]):
                for tag in _VOTERS.get(word, ()):
                    votes[tag] = votes.get(tag, 0) + 1
            if self._hint in votes:
                votes[self._hint] += 1
            best = max(votes.values(), default=0)
            leaders = [tag for tag, count in votes.items() if count == best]
            if (best >= 2 and len(leaders) == 1) or (best and self._hint not in _VOTES):
                self._guess = leaders[0]
            else:
                self._guess = self._hint if self._hint in leaders or not best else leaders[0]
        return self._guess

    def decimal(self) -> str:
        """Return "." or ",", the decimal sign of this text, or "" when nothing tells."""
        if self._decimal is None:
            self._decimal = self._find_decimal()
        return self._decimal

    def _find_decimal(self) -> str:
        signs = [m.group(1) for m in _DECIMALS.finditer(self._text)]
        if signs and len(set(signs)) == 1:
            return signs[0]
        if _COMMA_SCRIPT.search(self._text):
            return ","
        if _POINT_SCRIPT.search(self._text):
            return "."
        language = self.language()
        if not language:
            return ""
        return "." if language in _POINT_LANGUAGES else ","

    def billion(self, value: float, before: str, after: str, comma: bool, plural: bool) -> float:
        """Say what "billion" means here, by currency order, grammar, the words around, and last the hint."""
        french = re.match(r" ?(?:de |d')", after) is not None
        if before.rstrip()[-1:] in set("$€£¥₹") and not french:
            return 1e9
        if not plural and value >= 2 and not french:
            return 1e9  # "30 billion": French and German would write a plural
        language = self.language()
        if french:
            return 1e12 if language != "en" else 1e9
        if comma and language != "en":
            return 1e12
        return 1e12 if language in _LONG_SCALE and language != "" else 1e9

    def bilion(self, value: float, before: str, after: str) -> float:
        """Say what "bilion" means here: uninflected after 2 and more it is Malay, 10^9."""
        if value >= 2 or re.search(r"(?:\$|rm ?)$", before.rstrip()):
            return 1e9
        return 1e9 if self.language() in {"ms", "id"} else 1e12


# ------------------------------------------------------------------------------------------------ number words

# language: units 1.., tens 10.., joiner between ten and unit, unit-before-ten joiner
_UNITS = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf",
    "de": "ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn "
    "siebzehn achtzehn neunzehn",
    "nl": "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
    "achttien negentien",
    "es": "un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "dieciocho diecinueve",
    "pt": "um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete "
    "dezoito dezenove",
    "it": "un due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove",
    "id": "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas",
    "tr": "bir iki uc dort bes alti yedi sekiz dokuz on",
    "ru": "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
    "пятнадцать "
    "шестнадцать семнадцать восемнадцать девятнадцать",
    "uk": "один два три чотири п'ять шість сім вісім дев'ять десять",
    "pl": "jeden dwa trzy cztery piec szesc siedem osiem dziewiec dziesiec jedenascie dwanascie trzynascie "
    "czternascie pietnascie",
    "sv": "en tva tre fyra fem sex sju atta nio tio elva tolv tretton fjorton femton",
    "da": "en to tre fire fem seks syv otte ni ti elleve tolv tretten fjorten femten",
    "vi": "mot hai ba bon nam sau bay tam chin muoi",
    "ar": "واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة",
    "fa": "يك دو سه چهار پنج شش هفت هشت نه ده",
    "hi": "एक दो तीन चार पांच छह सात आठ नौ दस",
    "fi": "yksi kaksi kolme nelja viisi kuusi seitseman kahdeksan yhdeksan kymmenen",
    "hu": "egy ket harom negy ot hat het nyolc kilenc tiz",
    "cs": "jeden dve tri ctyri pet sest sedm osm devet deset",
    "th": "หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ",
    "sw": "moja mbili tatu nne tano sita saba nane tisa kumi",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety hundred",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix cent",
    "de": "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento",
    "tr": "yirmi otuz kirk elli altmis yetmis seksen doksan yuz",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто",
    "uk": "двадцять тридцять сорок п'ятдесят шістдесят сімдесят вісімдесят дев'яносто сто",
    "pl": "dwadziescia trzydziesci czterdziesci piecdziesiat szescdziesiat siedemdziesiat osiemdziesiat "
    "dziewiecdziesiat sto",
    "sv": "tjugo trettio fyrtio femtio sextio sjuttio attio nittio hundra",
    "da": "tyve tredive fyrre halvtreds tres halvfjerds firs halvfems hundrede",
    "ar": "عشرين ثلاثين أربعين خمسين ستين سبعين ثمانين تسعين مائة",
    "fa": "بيست سي چهل پنجاه شصت هفتاد هشتاد نود صد",
    "hi": "बीस तीस चालीस पचास साठ सत्तर अस्सी नब्बे सौ",
    "fi": "kaksikymmenta kolmekymmenta neljakymmenta viisikymmenta kuusikymmenta seitsemankymmenta "
    "kahdeksankymmenta yhdeksankymmenta sata",
    "hu": "husz harminc negyven otven hatvan hetven nyolcvan kilencven szaz",
    "cs": "dvacet tricet ctyricet padesat sedesat sedmdesat osmdesat devadesat sto",
}
_JOIN = {"es": " y ", "pt": " e ", "en": "-", "fr": "-"}
_EXTRA: dict[float, str] = {
    0.5: "half a,demi,demi-,une demi,un demi,setengah,yarim,пол,mezzo,medio,meio,half,eine halbe,halbe,een half,"
    "une moitie de,μισο,nua,"
    "نصف,نيم,आधा,חצי,pol,puli,fel,fele,puoli",
    1: "a,an,une,una,uma,eine,einer,einen,ett,et,одна,одного,одному,one,se,sebuah,satu,einem,един,една,jedna,jednu,"
    "jednego,ένα,ενα,אחד,1",
    1.5: "one and a half,un et demi,anderthalb,eineinhalb,anderhalve,полтора,satu setengah,bir bucuk,डेढ़,डेढ,poltora,"
    "halvannen,halvanden,masfel,uno y medio,un millon y medio",
    2: "two,dua,zwo,две,двух,dvou,dva,dvije,δυο,שני,deux,doua,doi,dos,dues,duas,kaksi,kahden,ketto,dwoch",
    2.5: "two and a half,zweieinhalb,dua setengah,iki bucuk,ढाई",
    3: "τρια,שלושה,трех,trei,tri,kolmen,trzech",
    4: "τεσσερα,ארבעה,четырех,patru,cetiri,quatre",
    5: "πεντε,חמישה,пяти,cinci,pet,cinc,पाँच,lima,liman",
    10: "δεκα,עשרה,десяти,zece,deset,deu,khumi,sampu,sampung,muoi,десять",
    12: "a dozen,eine dozen,une douzaine de,una docena de",
    15: "quinze",
    20: "είκοσι,εικοσι,עשרים,двадцати,douazeci,dvadeset,vint,dalawampung,hai muoi,une vingtaine de,ishirini,zwanzig",
    30: "τριαντα,שלושים,тридцати,treizeci,trideset,trenta,tatlumpung,ba muoi,une trentaine de,thelathini,tiga puluh,"
    "సముప్పై,ముప్పై,முப்பது,ত্রিশ,"
    "ثلاثون,trzydziestu,tridesat,",
    40: "σαραντα,ארבעים,сорока,patruzeci,cetrdeset,quaranta,bon muoi,arobaini",
    50: "πενηντα,חמישים,пятидесяти,cincizeci,pedeset,nam muoi,hamsini",
    1000: "mille,mil",
    100: "εκατο,מאה,ста,o suta de,suta,mot tram,seratus,a hundred,one hundred,cento,cem,isang daang,mia moja,صد,مئة,"
    "مئه,مية",
    200: "two hundred,deux cents,dua ratus,zweihundert,doscientos,duzentos,duecento,двести,iki yuz",
    300: "three hundred,trois cents,tiga ratus,dreihundert,trescientos,trezentos,trecento,триста,uc yuz",
    500: "five hundred,cinq cents,lima ratus,funfhundert,quinientos,quinhentos,cinquecento,пятьсот,bes yuz,pol tisic",
}  # fmt: skip


@cache
def number_words() -> Lexicon[float]:
    """Return the words for numbers up to 100 and some beyond; they count only before a scale word or a unit."""
    lexicon: Lexicon[float] = Lexicon()
    for tag, words in _UNITS.items():
        units = words.split()
        for i, word in enumerate(units):
            lexicon.add([word], float(i + 1))
        tens = _TENS.get(tag, "").split()
        for i, ten in enumerate(tens):
            value = 20.0 + 10 * i
            lexicon.add([ten], value)
            if i == len(tens) - 1:
                continue
            for j, unit in enumerate(units[:9]):
                number = value + j + 1
                if tag in {"de", "nl"}:
                    lexicon.add([f"{unit}und{ten}" if tag == "de" else f"{unit}{'en'}{ten}"], number)
                elif tag == "it":
                    lexicon.add([(ten[:-1] if unit[0] in "uo" else ten) + unit], number)
                else:
                    lexicon.add([f"{ten}{_JOIN.get(tag, ' ')}{unit}", f"{ten} {unit}"], number)
    indonesian = _UNITS["id"].split()
    for i, unit in enumerate(indonesian[1:9], 2):
        lexicon.add([f"{unit} puluh"], 10.0 * i)
        lexicon.add([f"{unit} belas"], 10.0 + i)
        for j, ones in enumerate(indonesian[:9], 1):
            lexicon.add([f"{unit} puluh {ones}"], 10.0 * i + j)
    vietnamese = _UNITS["vi"].split()
    for i, unit in enumerate(vietnamese[1:9], 2):
        lexicon.add([f"{unit} muoi"], 10.0 * i)
    for value, words in _EXTRA.items():
        lexicon.add(words, float(value))
    return lexicon


# Number words that are something else in another language: what must follow them.
TREACHEROUS = {
    "on": "mily|trily|bin ",
    "to": "milliard|millioner|mia|gigawatt|terawatt",
    "en": "miljard |miljon |milliard |million kroner|biljon ",
    "a": "billion |million |trillion |thousand ",
    "se": "zzz",
    "dos": "mil |millones|billones|gigav|empresas",
    "et": "milliard |million kr",
    "het": "milliard|millio ",
    "sei": "miliardi|milioni",
    "one": "billion|million|trillion|gigawatt",
    "un": "milli|milion|mili|bili|triли|billon|trill|gigawatt",
    "sau": "ty|trieu",
    "ba": "ty|trieu",
    "bay": "ty|trieu",
    "nam": "ty|trieu",
    "hai": "ty|trieu",
    "bon": "ty|trieu",
    "due": "mili",
    "bes": "mily|trily",
    "do": "zzz",
    "half": "billion|million|trillion",
    "hat": "milli",
    "ot": "milli",
    "ni": "mil",
    "sex": "milj|mill",
    "fire": "milli|mia",
    "a hundred": "billion|million|thousand",
    "uma": "zzz",
    "me": "zzz",
    "onze": "milli|mil |entrepr|empres",
    "ten": "billion|million|trillion|compan|gigaw",
    "tri": "zzz",
    "doi": "zzz",
    "tam": "ty|trieu",
    "muoi": "ty|trieu",
    "uc": "mily|trily",
    "sto": "mili|mld|мил",
    "tre": "mili|mill|milj|mia",
    "fem": "mil|mia",
    "ti": "milli|mia",
    "bir": "mily|trily|bin",
    "sata": "mil",
    "nam muoi": "ty|trieu",
    "de": "zzz",
}  # fmt: skip

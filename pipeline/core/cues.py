"""Words near an amount that say what it is for, how sure it is, and that a range follows."""

import re
from functools import cache

import ahocorasick_rs

from pipeline.core.lexicon import Lexicon, fold, is_letter, pattern

# Stems; a cue begins at the start of a word, in scripts with spaces, and may go on.
ROLES: dict[str, str] = {
    "raised": "raise,raising,fundraising,funding round,secures,secured,lever ,leve ,leves,levee,levent,leverait,"
    "levant,mengumpul,menghimpun,menggalang,pendanaan,einsamm,aufbring,einzusammeln,sammelt,"
    "ophalen,opgehaald,haalt,recaud,captar,captou,capta ,captacao,levantar,levanto,arrecada,raccogl,raccolt,"
    "raccolta,toplam,privlec,привлек,привлеч,привлёк,собрать,собрал,залуч,зібра,pozysk,zebra,"
    "zisk,vybra,zbrat,prikupi,prikuplj,gyujt,tokebevon,strange,atrag,atras,прикуп,собере,keraa,kerannut,keras,"
    "kerata,samla in,samlar in,hent,rejse,reiser,skaffe,huy dong,goi von,ระดมทุน,ระดม,جمع,جمعت,بجمع,لجمع,گردآور,"
    "جذب سرمايه,"
    "जुटा,সংগ্রহ,திரட்ட,సేకరి,సమీకరి,融资,融資,募集,筹集,籌集,籌措,募资,募資,筹措,調達,모금,조달,유치,모집,גייס,לגייס,גיוס,"
    "αντληση,αντλησει,συγκεντρω,recapta,kukusanya,makalikom,набира,набере,събра,prikupit,pritrauk,surink,piesaist,"
    "kaasata,kaasas",
    "invested": "invest,commit,menginvest,diinvest,inwest,zainwest,inverti,invirt,investasi,penanaman modal,melabur,"
    "pelaburan,yatirim,инвест,інвест,вклада,вложи,вложил,вклав,befektet,beruhaz,sijoit,dau tu,ลงทุน,استثمار,استثمر,"
    "تستثمر,يستثمر,سرمايه گذاري,سرمايه,"
    "سرمایه,निवेश,বিনিয়োগ,முதலீடு,పెట్టుబడ,投资,投資,注资,注資,투자,השקע,משקיע,להשקיע,השקיע,επενδυ,επενδυσ,uwekeza,"
    "imewekeza,wawekeza,kuwekeza,puhunan,mamuhun,ulaga,ulozi,vlozi,vlaga,pour into,pouring,inject,injecter,ulaganj,"
    "nalozb,envesti,"
    "investe,подхран,ieguld",
    "valuation": "valuation,valued at,valued,values ,valorisation,valorise,valoris,valoraci,valorad,valora en,"
    "bewertung,"
    "bewertet,gewaardeerd,waardering,valutazione,valutata,valutato,avaliacao,avaliad,valuasi,bernilai pasar,penilaian,"
    "degerleme,piyasa degeri,оценк,оценива,оцене,оцін,капитализац,wycen,ocenen,valuac,hodnot,ohodnoc,vrednot,"
    "ertekelt,ertek,evaluat,evaluare,arvostus,arvoltaan,arvostet,vardering,varderas,varderad,verdsett,vaerdiansat,"
    "vurdering,dinh gia,"
    "ประเมินมูลค่า,มูลค่ากิจการ,تقييم,القيمه السوقيه,قيمتها السوقيه,ارزش گذاري,ارزش,मूल्यांकन,মূল্যায়ন,மதிப்பீட,విలువ,估值,评估,"
    "市值,評価額,企業価値,時価総額,기업가치,시가총액,הערכת שווי,לפי שווי,שווי,αποτιμηση,valor de mercado,"
    "market value,market cap,thamani,valuada,vertinam,vertinim,novertej,vaartus",
    "debt": "debt,secured notes,bonds ,de dette,la dette,en dette,sa dette,dettes,pret de,un pret,prets,loan,loans,"
    "borrow,schulden,"
    "kredit,kredyt,credit ,credite,anleihe,darlehen,schuld,lening,deuda,prestamo,emprestimo,divida,debito,prestito,"
    "utang,pinjaman,hutang,borc,kredi,tahvil,долг,заем,заём,займ,кредит,облигац,борг,dlug,pozyczk,"
    "obligac,dluh,uver,dlh,adossag,hitel,datori,imprumut,velka,laina,skuld,lan pa,gjeld,gaeld,no vay,khoan vay,"
    "trai phieu,หนี้,เงินกู้,ديون,دين,قرض,قروض,سندات,بدهي,وام,कर्ज,ऋण,ঋণ,கடன்,రుణ,债务,債務,债券,債券,贷款,貸款,借款,負債,"
    "社債,融資枠,融資を受け,借入,부채,대출,채권,חוב,הלוואה,δανει,χρεο,deute,mkopo,emprunt,obligation",
    "price": "acquire,acquisition,buy,bought,buys,buying,purchase,takeover,acquer,acquisit,achet,rachat,rachet,"
    "rachete,ubernahme,ubernimm,ubernehm,kaufpreis,kauft,kaufen,gekauft,overname,koopt,gekocht,compra,compro ,"
    "comprar,adquir,adquisici,acquist,acquisiz,"
    "akuisisi,mengakuisisi,membeli,pembelian,satin al,покупк,купит,купил,приобре,купів,купу,придба,kupi,kupn,"
    "przejec,przejm,koupi,akvizic,prevez,megvasarol,felvasarol,achizit,cumpar,ostaa,osti ,kaupp,koper ,kopte,uppkop,"
    "oppkjop,kjop,opkob,mua lai,thau tom,thuong vu,"
    "เข้าซื้อ,ซื้อ,استحواذ,شراء,خريد,تملك,अधिग्रहण,खरीद,অধিগ্রহণ,কিন,கையகப்படுத்த,కొనుగోలు,收购,收購,購買,购买,买下,買下,買収,"
    "購入,取得,인수,매입,구매,רכישה,רוכשת,רכשה,לרכוש,εξαγορ,adquis,nunua,bibilhin,придоби,isigij,iegad,omanda,"
    "deal worth,deal valued",
    "revenue": "revenue,sales,turnover,chiffre d'affaires,recettes,umsatz,omzet,ingresos,facturaci,receita,"
    "faturamento,ricavi,fatturato,pendapatan,hasil jualan,gelir,ciro,выручк,доход,виручк,przychod,trzb,trzby,prihod,"
    "bevetel,arbevetel,venituri,cifra de afaceri,"
    "liikevaihto,intakt,omsattning,omsaetning,omsetning,doanh thu,รายได้,ايرادات,إيرادات,درامد,राजस्व,রাজস্ব,வருவாய்,"
    "ఆదాయ,营收,營收,收入,売上,売上高,매출,הכנסות,εσοδα,τζιρος,ingressos,mapato,приходи,pajam,ienemum,kaive",
    "profit": "profit,earnings,benefice,gewinn ,gewinne ,winst,beneficio neto,ganancia,lucro,utile netto,utili ,"
    "laba,keuntungan,прибыл,прибут,zysk,zisk po,dobick,dobit,nyereseg,voitto,vinst,overskud,overskudd,loi nhuan,"
    "กำไร,ارباح,أرباح,سود,मुनाफा,লাভ,利润,利潤,利益,純利益,이익,영업이익,רווח,κερδ,faida",
    "loss": "lost ,loss,perte,perdu,verlust,verlor,verlies,perdida,perdio,prejuizo,perdita,perdite,perso ,kerugian,"
    "rugi,zarar,убыт,збит,потер,strat,ztrat,veszteseg,pierder,tappio,forlust,tab pa,underskud,thua lo,ขาดทุน,خسائر,"
    "خسرت,زيان,नुकसान,घाटा,ক্ষতি,亏损,虧損,損失,赤字,손실,적자,הפסד,ζημι,hasara,pagkalugi",
    "potential": "potential,potentiel,potensial,potenzial,potentiell,potencial,potenziale,potenziali,potensi,"
    "mobilis,mobiliz,mobilit,mobilise,unlock,leverage,tirer parti,memanfaatkan,moviliz,mobilitar,mobilizar,"
    "harekete gec,мобилиз,мобіліз,потенциал,потенційн,potencjal,potencial,"
    "mozgosit,mobilizz,houkutel,including debt,dette comprise,incluida la deuda,inklusive fremdkapital,"
    "einschliesslich fremdkapital,termasuk utang,borc dahil,z dlugiem,включая долг,من الديون,shumla prin,"
    "potentsiaal,撬动,撬動,带动,帶動,潜在,潛在,動員,동원,잠재,incluindo divida,compreso il debito,"
    "بما في ذلك الديون,شامله الديون,القدره على تعبئه,تعبئه,حشد,محتمل,संभावित,সম্ভাব্য,δυνητικ,κινητοποι,פוטנציאל,"
    "huy dong tong,tiem nang,ศักยภาพ",
    "capacity": "capacity,capacite,kapazitat,capaciteit,capacidad,capacidade,capacita,kapasitas,kapasiti,kapasite,"
    "мощност,потужн,moc ,mocy,moce,kapacit,zmogljivost,kapacitet,kapacitas,teljesitmeny,capacitat,kapasit,teho,"
    "kapasitet,cong suat,กำลังการผลิต,กำลังผลิต,ความจุ,"
    "قدره,بقدره,سعه,ظرفيت,توان,क्षमता,ক্ষমতা,திறன்,సామర్థ్య,容量,装机,裝機,产能,算力,出力,発電能力,설비용량,용량,"
    "규모의 데이터,הספק,קיבולת,ισχυ,δυναμικ,uwezo,kapasidad,капацит,galia,galios,jauda,voimsus,power plant,supply,"
    "puissance,leistung,potencia,potenza,vermogen,daya",
    "consumption": "consum,konsum,consomm,consumption,demand,verbrauch,strombedarf,bedarf,verbruik,vraag naar,"
    "demande,demanda,domanda,konsumsi,permintaan,penggunaan,kebutuhan,penggunaan tenaga,tuketim,talep,taleb,"
    "потребле,потребля,спрос,споживан,спожива,попит,zuzyci,zuzyj,popyt,"
    "spotreb,poptav,porab,potrosnj,potros,fogyaszt,kereslet,cerere,kulutus,kulutta,kysynta,forbrug,forbruk,forbruka,"
    "forbruker,forbrukning,tieu thu,tieu dung,การใช้ไฟฟ้า,ใช้ไฟฟ้า,ความต้องการ,استهلاك,تستهلك,الطلب,مصرف,खपत,मांग,খরচ,"
    "ব্যবহার,চাহিদা,நுகர்வு,వినియోగ,డిమాండ్,用电,用電,耗电,耗電,"
    "消耗,能耗,需求,消費,需要,소비,수요,전력 사용,צריכ,תצרוך,ביקוש,καταναλω,ζητησ,matumizi,mahitaji,pagkonsumo,"
    "konsumo,потребен,suvartoj,vartojim,paterin,tarbimi,use ,uses ,used ,using ,usage,utilise,guzzl,verbrauchen",
    "cost": "cost,costs,price tag,cout,coute,coutera,kosten,kostet,kosta,koster,costo,costera,custo ,custos,custar,"
    "costi,costera,biaya,kos ,maliyet,стоимост,стоит,вартіст,коштува,koszt,naklad,stoj,stroskov,strosk,trosk,"
    "koltseg,costul,kustannu,chi phi,ต้นทุน,تكلفه,بتكلفه,هزينه,लागत,ব্যয়,செலவ,ఖర్చు,ఖర్చ,成本,耗资,耗資,斥资,斥資,費用,"
    "비용,עלות,κοστ,gharama,gastos,izmaks,maksumus",
}  # fmt: skip
# An intention turns "raised" into "target"; a goal named as such is one without a verb.
INTENT = (
    "plan ,plans,planning,planned,planea,planej,planer,aim,seek,target,goal,hope,want,look to,looking to,in talks,"
    "intend,expect to,would ,set to,will ,prevoi,prevu,prevoyait,vise,entend,espere,esperait,cherche,souhaite,"
    "objectif,objectif de,compte ,but de,berencana,"
    "rencana,bertujuan,menargetkan,target,berharap,ingin,hendak,merancang,sasaran,mahu,planen,geplant,planung,"
    "wollen,will ,sollen,soll ,ziel,mochte,anstreb,strebt,wil ,willen,doel,streeft,planea,planean,busca,pretend,"
    "quiere,espera,objetivo,aspira,preve,mira a,punta a,puntano,"
    "intende,vuole,obiettivo,hedef,planl,amac,istiyor,планир,намер,стремит,хочет,хотят,цель,целью,рассчитыва,плану,"
    "прагне,мета,намір,плануе,planuj,zamierza,chce,chca,dazy,celem,cel ,planuje,hodla,cil ,nacrt,namerav,zeli,cilj,"
    "planira,terv,celja,szeretne,kivan,intention,vrea,tinta,vizeaza,"
    "aikoo,tavoit,pyrkii,suunnit,avser,siktar,mal att,malet,mal om,soker,onsker,sigter,mal om,planlegg,planlaegg,"
    "vil ,ke hoach,muc tieu,du kien,nham,muon,มีแผน,เป้าหมาย,ตั้งเป้า,วางแผน,تخطط,يخطط,خطه,تهدف,يهدف,هدف,تسعى,يسعى,تعتزم,"
    "قصد,برنامه,در نظر,योजना,लक्ष्य,चाहत,পরিকল্পনা,লক্ষ্য,திட்ட,இலக்கு,ప్రణాళిక,లక్ష్య,"
    "计划,計劃,計畫,拟,擬,目标,目標,旨在,希望,寻求,尋求,将,預計,预计,目指,予定,計画,方針,目標,狙う,계획,목표,예정,"
    "추진,מתכננ,שואפ,יעד,מטרה,מבקש,σχεδιαζ,στοχ,σκοπε,επιδιωκ,preveu,vol ,objectiu,pretén,inapanga,unapanga,lengo,"
    "inalenga,layunin,plano,цели,планира,siekia,tiksl,planuoj,merki,plano,kavatse,eesmark"
)
# Before an amount: as its last word(s); after it: as its next.
_APPROX_BEFORE = (
    "about,around,roughly,approximately,approx.,some,nearly,almost,close to,up to,as much as,as many as,more than,"
    "over,at least,less than,under,below,just over,just under,an estimated,estimated,circa,ca.,ca,c.,upwards of,"
    "well over,at most,no more than,"
    "environ,pres de,quelque,quelques,jusqu'a,plus de,au moins,moins de,presque,autour de,a peu pres,pas moins de,"
    "une somme de pres de,avoisinant,depassera,etwa,rund,ungefahr,fast,knapp,bis zu,mehr als,uber,mindestens,gut,"
    "zirka,beinahe,uber die,ungefaehr,weniger als,"
    "ongeveer,bijna,zo'n,tot,meer dan,ruim,minstens,rond de,circa de,tot wel,unos,unas,cerca de,casi,alrededor de,"
    "aproximadamente,hasta,mas de,al menos,de hasta,de hasta unos,en torno a,menos de,mais de,quase,ate,"
    "por volta de,pelo menos,de ate,cerca de US,menos de,"
    "circa,quasi,oltre,piu di,fino a,almeno,intorno a,attorno a,di oltre,di circa,meno di,sekitar,kira-kira,hampir,"
    "hingga,sampai,lebih dari,lebih daripada,melebihi,sehingga,setidaknya,kurang lebih,mencapai,sedikitnya,"
    "paling tidak,tak kurang dari,"
    "yaklasik,yaklasik olarak,en az,neredeyse,en fazla,около,почти,примерно,до,более,свыше,более чем,не менее,"
    "порядка,более чем на,приблизительно,близко,менее,близо,над,повече от,почти,около,майже,близько,приблизно,понад,"
    "більше,щонайменше,около,"
    "okolo,ok.,prawie,niemal,do,ponad,wiecej niz,co najmniej,blisko,az,zhruba,temer,priblizne,asi,vice nez,pres,"
    "nejmene,cca,takmer,skoro,viac ako,viac nez,priblizne,vyse,najmenej,az do,okoli,skoraj,priblizno,vec kot,do,"
    "gotovo,oko,otprilike,vise od,preko,najmanje,око,више од,скоро,преко,"
    "mintegy,korulbelul,kozel,akar,tobb mint,legalabb,nagyjabol,majdnem,aproximativ,circa,aproape,pana la,peste,"
    "mai mult de,cel putin,in jur de,vreo,noin,lahes,jopa,yli,ainakin,vahintaan,enintaan,arviolta,yli,cirka,omkring,"
    "nastan,upp till,over,minst,narmare,"
    "omtrent,nesten,opptil,mer enn,naesten,op til,mere end,mindst,op mod,rundt,khoang,gan,hon,len toi,len den,toi,"
    "it nhat,toi da,xap xi,ราว,ประมาณ,เกือบ,กว่า,มากกว่า,สูงสุด,ถึง,อย่างน้อย,ราวๆ,حوالي,نحو,قرابه,ما يقرب من,يصل الى,"
    "اكثر من,ما يزيد على,بحدود,على الاقل,زهاء,تقريبا,ما لا يقل عن,ما يصل الى,"
    "حدود,نزديك به,تا,بيش از,دست كم,تقريبا,تقریبا,लगभग,करीब,तकरीबन,लगभग,प्रायः,প্রায়,আনুমানিক,সর্বোচ্চ,கிட்டத்தட்ட,சுமார்,"
    "ஏறத்தாழ,దాదాపు,సుమారు,约,約,大约,大約,近,逾,超,超过,超過,至少,高达,高達,多达,多達,将近,將近,最多,约为,約為,达,達,"
    "最大,およそ,ほぼ,最大で,少なくとも,"
    "약,최대,거의,최소,대략,כ,כ-,כמעט,עד,יותר מ,יותר מ-,מעל,למעלה מ,למעלה מ-,בסביבות,לפחות,περιπου,σχεδον,εως,"
    "πανω απο,περισσοτερα απο,τουλαχιστον,μεχρι,ανω των,gairebe,prop de,uns,unes,fins a,mes de,al voltant de,"
    "aproximadament,takriban,karibu,hadi,zaidi ya,humigit-kumulang,"
    "halos,hanggang,mahigit,higit sa,apie,beveik,iki,daugiau nei,daugiau kaip,ne maziau kaip,aptuveni,gandriz,lidz,"
    "vairak neka,vairak ka,ligi,peaaegu,kuni,ule,umbes,ile,~,>,<,≥,≤,kring,dryga,knappt,lidt over,taxminan,qariyb,"
    "teqriben,rreth,deri ne,mbi,mos me pak se,გადააჭარბ,დაახლოებით,մոտ,շուրջ"
)  # fmt: skip
_APPROX_AFTER = (
    "or more,plus,+,or so,environ,ou plus,oder mehr,o mas,ou mais,o piu,atau lebih,'in uzerinde,in uzerinde,"
    "uzerinde,'yi askin,'i asan,yi asan,asan,askin,yakin,'ye yakin,'a yakin,'e yakin,civarinda,'in uzerinde,"
    "dan fazla,den fazla,'dan fazla,'den fazla,a kadar,'a kadar,'e kadar,"
    "以上,左右,上下,余,餘,規模,程度,超,弱,強,前後,近く,を超え,를 넘,을 넘,가량,이상,정도,안팎,규모,내외,남짓,"
    "에 달하,से अधिक,से ज्यादा,तक,के करीब,এর বেশি,রও বেশি,க்கும் மேல்,க்கு மேல்,కు పైగా,పైగా,に上る,に迫る,超の,超える"
)
_RANGE = pattern(
    r" ?(?:-|~|\.\.\.?|…|/(?= ?\d)|to|a|az|سے|bis|bis zu|tot|al|til|till|do|до|à|hingga|sampai|sampai dengan|ila|"
    r"den|до|"
    r"to about|ate|ao|fino a|pana la|la|den|đến|toi|ถึง|الى|إلى|تا|से|থেকে|முதல்|至|到|から|에서|עד|εως|hadi|ig|"
    r"fino ai|tul|iki|lidz|kuni|ile|și|ή|or|ou|oder|o|atau|"
    r"veya|или|або|lub|nebo|vagy|eller|tai|hoac|หรือ|او|أو|يا|या|বা|或|あるいは|또는)(?: |(?=[\d$€£¥₹]))"
)
_BETWEEN = pattern(r" ?(?:(?:and|et|und|en|y|e|dan|и|та|i|a|ve|si|ja|och|og|va|และ|و|और|এবং|மற்றும்|和|και|ו-?|na|at|ir|"
r"un|in|s) |[לו]-?(?=\d))")
_BETWEEN_CUE = pattern(
    r"(?:between|entre|zwischen|tussen|fra i|fra|tra|antara|между|між|mezi|medzi|miedzy|med|mellan|mellem|mellom|"
    r"izmedu|intre|valilla|giua|ระหว่าง|بين|بین|के बीच|介于|介於|μεταξυ|בין|kati ya|entre|tarp|starp|између|помеѓу) "
    r"(?:about |around |\S{1,4} ?)?$"
)


@cache
def _automaton() -> tuple[ahocorasick_rs.AhoCorasick, list[str], list[int]]:
    stems: list[str] = []
    roles: list[str] = []
    for role, words in (*ROLES.items(), ("intent", INTENT)):
        for word in words.split(","):
            stem = fold(word.lstrip())[0]
            if stem and stem not in stems:
                stems.append(stem)
                roles.append(role)
    matcher = ahocorasick_rs.AhoCorasick(stems, matchkind=ahocorasick_rs.MatchKind.Standard)
    return matcher, roles, [len(s) for s in stems]


@cache
def _words(phrases: str) -> Lexicon[bool]:
    lexicon: Lexicon[bool] = Lexicon()
    lexicon.add(phrases, True)
    return lexicon


def is_approximate(folded: str, start: int, end: int) -> bool:
    """Whether the words right before `start` or right after `end` say that the amount is not exact."""
    at = start
    while at and folded[at - 1] == " ":
        at -= 1
    if _words(_APPROX_BEFORE).before(folded, at):
        return True
    while end < len(folded) and folded[end] == " ":
        end += 1
    return _words(_APPROX_AFTER).at(folded, end) is not None


def range_follows(folded: str, start: int, end: int) -> int | None:
    """Return where the second number of a range would begin, for an amount at start..end; None when none can."""
    found = _RANGE.match(folded, end)
    if found is None and _BETWEEN_CUE.search(folded[max(0, start - 30) : start]):
        found = _BETWEEN.match(folded, end)
    return found.end() if found else None


def find(folded: str) -> list[tuple[int, int, str]]:
    """Find every role cue and intention of a folded text: start, end, role or "intent"."""
    matcher, roles, _ = _automaton()
    cues = []
    for index, start, end in matcher.find_matches_as_indexes(folded, overlapping=True):
        inside = start and is_letter(folded[start]) and is_letter(folded[start - 1])
        # Arabic and Hebrew glue the article and prepositions to the word; Germanic languages compound.
        if inside and not ("\u0590" <= folded[start] <= "\u06ff") and end - start < 7:
            continue
        if folded[max(0, start - 4) : start] == "non-":
            continue
        while end < len(folded) and is_letter(folded[end]) and is_letter(folded[end - 1]):
            end += 1
        cues.append((start, end, roles[index]))
    return cues


_STOP = re.compile(r"[.!?;](?= )|[\n。！？；।؟]|\|")


Span = tuple[int, int]


def role(
    folded: str, cues: list[tuple[int, int, str]], start: int, end: int, kind: str, others: list[Span]
) -> str:
    """Choose the role of the amount at start..end by the nearest cue of its clause; "" when none is near.

    `others` are the places of the text's other amounts: a cue beyond one of them is its cue first.
    """
    allowed = {"capacity", "consumption"} if kind in {"power", "energy"} else set(ROLES) - {"capacity", "consumption"}
    left = max((m.end() for m in _STOP.finditer(folded, max(0, start - 120), start)), default=max(0, start - 120))
    stop = _STOP.search(folded, end, min(len(folded), end + 90))
    right = stop.start() if stop else min(len(folded), end + 90)
    listed = _enumeration(folded, start, end, others)
    best, best_cost, intent = "", 60.0, False
    for at, to, name in cues:
        if at < left or to > right + 2 or start <= at < end:
            continue
        if name == "intent":
            intent = True
            continue
        if name not in allowed:
            continue
        after = at >= end
        far = (at - end) * 1.3 + (10 if at - end > 2 else 1) if after else max(0, start - to)
        cost = far - 0.1 * (to - at)
        if after and at >= listed[1]:
            cost -= 1.3 * (listed[1] - end)
        low, high = (end, at) if after else (to, start)
        cost += sum(45 for a, b in others if low <= a and b <= high and not listed[0] <= a < listed[1])
        if name == "potential":
            cost -= 25
        if name == "debt" and after and at - end > 3:
            cost += 10
        if cost < best_cost:
            best, best_cost = name, cost
    if best == "raised" and intent:
        return "target"
    if not best and intent and kind == "money" and _names_goal(folded[max(left, start - 40) : start]):
        return "target"
    return best


def _enumeration(folded: str, start: int, end: int, others: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the span of the amounts listed together with this one ("$8bn, $3bn and $1bn were raised")."""
    for a, b in others:
        if end <= a <= end + 7 and not folded[end:a].strip(" ,()/").count(" "):
            end = b
    for a, b in reversed(others):
        if start - 7 <= b <= start and not folded[b:start].strip(" ,()/").count(" "):
            start = a
    return start, end


_GOAL = pattern("target|goal|objecti|objetivo|ziel|sasaran|obiettivo|hedef|цел|目标|目標|목표|هدف|लक्ष्य|cel |doel")


def _names_goal(before: str) -> bool:
    return _GOAL.search(before) is not None

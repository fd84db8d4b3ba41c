"""Currencies, power, energy and things counted, as the languages of the world write them.

Full currency names come from Babel's CLDR when first needed (0.4 s, once a process); the bare and inflected names,
symbols, and all units of power and energy are ours: CLDR has no inflection.
"""

from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_name

from pipeline.core.text.phrases import Lexicon

_LOCALES_LIST = (
    "en fr de es pt pt_PT it nl da nb sv fi is pl cs sk sl hr sr sr_Latn bs mk bg ru uk be hu ro el tr az kk "
    "uz ka hy sq lt lv et ca gl eu ar fa he ur hi bn ta te mr gu pa kn ml si ne th lo km my vi id ms fil sw am "
    "ha so zu af ja ko zh zh_Hant ga cy mt "
)
LOCALES = tuple(_LOCALES_LIST.split())
_CODES_LIST = (
    "USD EUR GBP JPY CNY KRW INR IDR MYR SGD HKD TWD AUD CAD NZD CHF SEK NOK DKK PLN CZK HUF RON BGN RSD TRY "
    "RUB UAH KZT AED SAR QAR KWD ILS EGP IRR PKR BDT LKR THB VND PHP BRL MXN ARS CLP COP ZAR NGN KES TZS MAD "
    "ISK GEL AMD AZN "
)
_CODES = tuple(_CODES_LIST.split())
# Counts among which every language finds each of its plural forms (CLDR's samples; seven and eight are Irish)
_SAMPLES = (0, 1, 2, 3, 5, 6, 7, 8, 11, 20, 21, 100, 1_000_000, Decimal("0.5"), Decimal("1.5"))

# Written before the amount; "kr" and "$" are refined by language or by what follows.
_PREFIXES: dict[str, str] = {
    "USD": "$,us$,us $,usd,$us,u.s.$,usd $,us-$,us dollar,dolar as,dola,dola za marekani,dola ya marekani,dala,ඩොලර්,"
    "ဒေါ်လာ,အမေရိကန်ဒေါ်လာ,doollar,"
    "dolar amerika,dolar amerika syarikat,đô la mỹ,＄,﹩",
    "EUR": "€,eur,€ ,euro,yuro",
    "GBP": "£,gbp,￡",
    "JPY": "jp¥,jpy,¥,￥,jp¥",
    "CNY": "cny,rmb,cn¥,rmb¥,人民币,人民幣",
    "KRW": "₩,krw,￦",
    "INR": "₹,inr,rs,rs.,re.,रु,रु.,₨,रू.",
    "IDR": "rp,rp.,idr",
    "MYR": "rm,myr",
    "SGD": "s$,sgd,sg$",
    "HKD": "hk$,hkd,港幣,港币",
    "TWD": "nt$,twd,ntd,新台幣,新臺幣,台幣,臺幣,新台币,台币",
    "AUD": "a$,au$,aud,as$ australia",
    "CAD": "c$,ca$,cad,cdn$,can$",
    "NZD": "nz$,nzd",
    "CHF": "chf,sfr,sfr.,fr.",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "PLN": "pln",
    "CZK": "czk",
    "HUF": "huf",
    "TRY": "₺,try",
    "RUB": "₽,rub",
    "UAH": "₴,uah",
    "AED": "aed,dhs,dh,د.إ",
    "SAR": "sar,sr",
    "QAR": "qar",
    "ILS": "₪,ils,nis",
    "THB": "฿,thb",
    "VND": "₫,vnd",
    "PHP": "₱,php",
    "BRL": "r$,brl",
    "MXN": "mx$,mxn",
    "ZAR": "zar",
    "NGN": "₦,ngn",
    "KES": "ksh,kes,ksh.,sh.",
    "TZS": "tsh,tzs,tsh.",
    "BDT": "৳,tk,tk.,bdt",
    "PKR": "pkr",
    "EGP": "egp",
    "QQQ": "kr,kr.",
}
# Malaysian "AS$" is the American dollar ("Amerika Syarikat").
_PREFIXES["USD"] += ",as$,amerikanske dollar"

# Written after the amount. "*" allows inflection (lexicon.Lexicon).
_NAMES: dict[str, str] = {
    "USD": "$,mdd,musd,us$,$us,$ us,usd,us-$,dollar*,dollars,dolar*,dolares,dollaro,dollari,дол,дол.,долл,долл.,"
    "доллар*,долар*,$ сша,δολαρι*,δολ.,دولار*,دولارات,دلار*,ڈالر*,"
    "डॉलर,डालर,ডলার*,டாலர்*,డాలర్*,డాలర్ల,ഡോളർ,ഡോളര്*,ಡಾಲರ್*,ડોલર,ડૉલર,ਡਾਲਰ,ดอลลาร์,ดอลลาร,ดอลล่าร์,เหรียญสหรัฐ,เหรียญ,달러,불,"
    "ドル,美元,美金,米ドル,דולר*,do la,do la my,dola,dolyar,"
    "dolyares,dolerio,doleri*,asv dolar*,jav doleri*,doleriu,doleriai,doleris,dolaru,dolari,დოლარ*,դոլար*,dala,"
    "dalalar,доллары сша,долари сша,ඩොලර්,ဒေါ်လာ,ដុល្លារ,ໂດລາ,ዶላር,doollar*,dollarar*,dala,"
    "us dollar*,us-dollar*,u.s. dollar*,american dollar*,u.s.-dollar*,amerikan dolari,abd dolari*,abd dolar*,"
    "amerikan dolar*,amerikanske dollar,amerikanska dollar,"
    "amerikaanse dollar,доларів сша,долларов сша,долл. сша,дол. сша,доллара сша,долара сша,دولار امريكي,"
    "دولار أمريكي,دلار آمريكا,美国美元,dolar as,dolar amerika serikat,dolar amerika,dolar amerika syarikat,"
    "dolares estadounidenses,dolares americanos,dolares norteamericanos,dollars americains,dollars us,us$ dollars,"
    "dolares de estados unidos,"
    "dolarow amerykanskich,americkych dolaru,americkych dolarov,ameriskih dolarjev,americkih dolara,"
    "dolari americani,de dolari americani,dolari sua,"
    "yhdysvaltain dollari*,amerikai dollar*,доларов сша,щатски долар*,щ.д.,щ. д.,αμερικανικων δολαριων,δολαρια ηπα,"
    "dolara sad,usd-*,"
    "billets verts,greenback*,미국 달러,미 달러,미달러,米国ドル,mỹ kim,my kim,usa dollar*,usa-dollar*,dollarin,"
    "americanized dollars,do-la,bandarikjadala*,dala bandarikjanna",
    "EUR": "€,eur,meur,euro*1,euroya,euroluk,eurobol,eurolla,eurosta,euros,evro*,euroa,eurot,евро,євро,еура,евра,"
    "ευρω,يورو*2,اورو,यूरो,ইউরো,யூரோ*,యూరో*,ಯೂರೋ,"
    "ยูโร,유로,ユーロ,欧元,歐元,"
    "אירו,יורו,yuro,avro*,eiro,eur*2,euron,eurolla,eurosta,evra,evr,еўра,ევრო,եվրո,eura,euru",
    "GBP": "£,gbp,pounds sterling,pound sterling,livres sterling,livre sterling,libras esterlinas,libras,pfund*,"
    "pond,фунт*,фунтов стерлингов,фунтів стерлінгів,"
    "sterline,sterlina,sterlin*,funt*,funtow szterlingow,liber,librer,英镑,英鎊,ポンド,파운드,पाउंड,পাউন্ড*,பவுண்டு*,"
    "جنيه استرليني,جنيه إسترليني,پوند,پاؤنڈ,ปอนด์,λιρες στερλινες,"
    "לירות שטרלינג,ליש\"ט,pounds,lire sterline,bang anh,bang,pund*2,britischen pfund,שטרלינג,funta britanskih,"
    "svarsterlingu,angol font*,font*",
    "JPY": "¥,jpy,yen,yens,yene,yenlik,yenin,yenes,ienes,iene,ien,иен*,йен*,円,日圓,日元,엔,येन,เยน,ين,ين ياباني,ین,"
    "yena,jenow,jeny,jenu,jen*,יין,γιεν,yen nhat",
    "CNY": "cny,rmb,yuan*,renminbi,юан*,元,元人民币,人民币,人民幣,元人民幣,위안*0,위안화,युआन,ইউয়ান,หยวน,يوان*,یوآن,"
    "یوان,γουαν,nhan dan te,יואן,人民元",
    "KRW": "₩,krw,won,вон*2,원,ウォン,韩元,韓元,韓圜,वॉन,วอน,وون,wonow,wonnu,won coreanos,wons,γουον",
    "INR": "₹,inr,rupee*,rupias indias,roupies,roupies indiennes,рупи*,रुपये,रुपए,रुपया,रुपयों,रूपये,रु,रु.,ரூபாய்,ரூபாய*,"
    "రూపాయ*,రూ.,ರೂಪಾಯಿ*,ರೂ,രൂപ*,રૂપિયા*,ਰੁਪਏ,"
    "ਰੁਪਿਆ,রুপি,卢比,盧比,루피,ルピー,روبيه,روپیہ هندی,รูปี,rupii,rupie*,rs",
    "PKR": "pkr,روپے,روپیہ,روپئے,روپیے",
    "BDT": "৳,টাকা,bdt,taka",
    "LKR": "රුපියල්,lkr",
    "NPR": "रुपैयाँ,npr",
    "IDR": "rupiah,idr,рупи* индонезийских,印尼盾,루피아,ルピア",
    "MYR": "ringgit,rm,myr,令吉",
    "SGD": "sgd,dolar singapura,singapore dollar*,singapore-dollar*,新元,坡币,신가포르 달러,싱가포르 달러",
    "HKD": "hkd,港元,港幣,港币,hong kong dollar*,hong-kong-dollar*,dollars de hong kong,홍콩달러,홍콩 달러,香港ドル,"
    "dolares de hong kong,dolar hong kong",
    "TWD": "twd,nt$,ntd,新台幣,新臺幣,台幣,臺幣,新台币,台币,taiwan dollar*,taiwanese dollar*,new taiwan dollar*,"
    "台湾ドル,대만달러,대만 달러",
    "AUD": "aud,a$,australian dollar*,dollars australiens,dolares australianos,australische dollar,"
    "australischen dollar,澳元,澳幣,호주달러,호주 달러,豪ドル,オーストラリアドル,dolar australia,"
    "австралийских долларов",
    "CAD": "cad,c$,$ca,$ can,$ ca,$can,canadian dollar*,dollars canadiens,dolares canadienses,kanadische dollar,"
    "kanadischen dollar,kanadischer dollar,加元,加幣,캐나다달러,캐나다 달러,"
    "カナダドル,加ドル,канадских долларов,dolar kanada",
    "NZD": "nzd,nz$,new zealand dollar*,neuseeland-dollar,ニュージーランドドル,纽元",
    "CHF": "chf,francs suisses,swiss franc*,schweizer franken,franken,franchi svizzeri,franchi,francos suizos,"
    "francos suicos,швейцарских франков,스위스프랑,스위스 프랑,スイスフラン,瑞士法郎,frank* szwajcarskich,"
    "frankow szwajcarskich",
    "XOF": "francs cfa,fcfa,f cfa,franc cfa,xof",
    "SEK": "sek,mkr,mnkr,mdkr,msek,svenska kronor,kronor,kronors,swedish kronor,swedish crown*,schwedische kronen,"
    "coronas suecas,couronnes suedoises",
    "NOK": "nok,norske kroner,norwegian kroner,norwegian crown*,norwegische kronen,couronnes norvegiennes,"
    "coronas noruegas",
    "DKK": "dkk,danske kroner,danish kroner,danish crown*,danische kronen,couronnes danoises,coronas danesas",
    "ISK": "isk,kronur,krona islandzka",
    "PLN": "pln,zl,zlot*,злот*,zlotych,zlotis",
    "CZK": "czk,kc,korun,koruny,koruna,korunach,крон чешских,česke korun*",
    "HUF": "huf,ft,forint*,форинт*",
    "RON": "ron,lei,de lei,leu,лей",
    "BGN": "bgn,лв,лв.,лева,лев*",
    "RSD": "rsd,dinara,динара",
    "MKD": "денари,mkd",
    "TRY": "try,₺,tl,tl'*,lira*,liralik*,турецких лир,turkish lira*,turkische lira,liras turcas,livres turques,"
    "ليره تركيه,터키리라,トルコリラ",
    "RUB": "rub,₽,руб,руб.,рубл*,rubl*,rouble*,rublos,rubel,roubles,卢布,盧布,루블,ルーブル,रूबल,روبل,รูเบิล,rupla*,"
    "rubelj,р.",
    "UAH": "uah,₴,грн,грн.,гривн*,гривен,гривень,hryvnia*,hrywien,hrivn*",
    "KZT": "kzt,тенге,tenge*,теңге",
    "UZS": "so'm,uzs,сум",
    "AZN": "azn,manat*,манат*",
    "GEL": "gel,ლარ*,лари",
    "AMD": "amd,դրամ*,драм*",
    "ALL": "leke,lekesh",
    "AED": "aed,dirham*,dirhams,dirhams emiratis,درهم*,درهم اماراتي,د.إ,дирхам*,迪拉姆,디르함,ディルハム,دراهم,درهما",
    "SAR": "sar,saudi riyal*,riyal*,riyals saoudiens,ريال,ريال سعودي,ر.س,риал*,沙特里亚尔,리얄,リヤル,ريالا",
    "QAR": "qar,qatari riyal*,riyals qataris,ريال قطري,卡塔尔里亚尔",
    "IRT": "تومان,toman*",
    "KWD": "kwd,دينار كويتي,kuwaiti dinar*",
    "IQD": "دينار عراقي,iqd",
    "ILS": "ils,₪,nis,shekel*,שקל*,שקלים,ש\"ח,שקל חדש,شيكل,шекел*,shekels,szekli",
    "EGP": "egp,جنيه مصري,جنيه,egyptian pound*",
    "THB": "thb,baht,บาท,泰铢,泰銖,바트,バーツ,бат,bat thai,bath",
    "VND": "vnd,dong,₫,đồng,越南盾",
    "PHP": "php,₱,piso,philippine peso*,pisong",
    "BRL": "brl,reais,brazilian real*,real brasileiro,reais brasileiros,reales brasilenos",
    "MXN": "mxn,mdp,pesos mexicanos,mexican peso*,pesos mexicains",
    "ARS": "ars,pesos argentinos,argentine peso*",
    "CLP": "clp,pesos chilenos,chilean peso*",
    "COP": "cop,pesos colombianos,colombian peso*",
    "ZAR": "zar,rand,rands,randi,amarandi",
    "NGN": "ngn,naira,₦,nairas",
    "KES": "kes,shilingi za kenya,kenyan shilling*",
    "TZS": "tzs,shilingi,shilingi za tanzania,tanzanian shilling*",
    "ETB": "ብር,birr",
    "MAD": "mad,dirhams marocains,درهم مغربي,moroccan dirham*",
    "QQQ": "kr,kr.,kroner,крон,crowns,couronnes,coronas",
}  # fmt: skip

# Factor to watt, then the words for a watt hour. Latin letter units are case-folded: nobody writes a data centre in mW.
_WATTS: dict[float, str] = {
    1.0: "watt*1,watts,ватт,ват,ワット,와트,วัตต์,वाट,वॉट,瓦特",
    1e3: "kw,kilowatt*,kilowat*,kilovat*,kilovatios,kilovatio,quilowatts,quilowatt,квт,киловатт*,кіловат*,κιλοβατ,"
    "كيلووات,كيلوواط,كيلو وات,کیلووات,किलोवाट,किलोवॉट,কিলোওয়াট,"
    "千瓦,千瓦特,킬로와트,キロワット,กิโลวัตต์,קילוואט,keelewatt",
    1e6: "mw,mwp,mw's,megawatt*,megawat*,megavat*,megavatios,megavatio,megawatios,мвт,мегаватт*,мегават*,μεγαβατ,"
    "ميغاوات,ميغاواط,ميجاوات,ميجاواط,ميغا واط,ميجا وات,مگاوات*2,میگاواٹ,میگا واٹ,मेगावाट,मेगावॉट,"
    "মেগাওয়াট*,மெகாவாட்*,మెగావాట్*,മെഗാവാട്ട്,ಮೆಗಾವ್ಯಾಟ್*,મેગાવોટ,ਮੈਗਾਵਾਟ,兆瓦,兆瓦特,百萬瓦,메가와트,メガワット,เมกะวัตต์,"
    "מגה ואט,מגה-ואט,מגוואט,מגה וואט,מגה-וואט,מגאוואט,მეგავატ*,մեգավատ*,"
    "megavatt*,megovat*,megavati,megawati,mwe,mwdc,mwac",
    1e9: "gw,gwp,gigawatt*,gigawat*,gigavat*,gigavatios,gigavatio,gigawatios,gigawatti*,гвт,гигаватт*,гігават*,"
    "гигават*,γιγαβατ,جيغاوات,جيغاواط,جيجاوات,جيجاواط,غيغاوات,غيغاواط,غيغا واط,جيجا وات,"
    "گیگاوات*2,گیگا وات,گیگاواٹ,گیگا واٹ,गीगावाट,गीगावॉट,गिगावाट,गिगावॉट,जीगावाट,जिगावाट,गीगा वाट,গিগাওয়াট*,"
    "ஜிகாவாட்*,கிகாவாட்*,గిగావాట్*,ഗിഗാവാട്ട്,ಗಿಗಾವ್ಯಾಟ್*,ગીગાવોટ,"
    "ગિગાવોટ,ਗੀਗਾਵਾਟ,吉瓦,吉瓦特,十億瓦,百万千瓦,千兆瓦,기가와트,ギガワット,จิกะวัตต์,กิกะวัตต์,กิกะวัต,ג'יגה ואט,ג'יגה-ואט,"
    "ג'יגה וואט,ג'יגה-וואט,גיגה ואט,גיגוואט,ג'יגוואט,ג'יגהוואט,გიგავატ*,"
    "գիգավատ*,gigavatt*,gigavati,gigawati,gwe,gwdc,gwac,jiga wat",
    1e12: "tw,terawatt*,terawat*,teravat*,teravatios,тераватт*,твт,терават*,тераватт*,τεραβατ,تيراوات,تيراواط,"
    "تراوات,ٹیراواٹ,टेरावाट,টেরাওয়াট,太瓦,太瓦特,테라와트,テラワット,เทระวัตต์,"
    "טרה ואט,טרה-ואט,טרה וואט,טרה-וואט,טרוואט,teravati,teravatt*",
}
_HOURS: dict[float, str] = {
    1e3: "kwh,kw·h,kw/h,kw h,kwhs,квт·ч,квтч,квт ч,квт-ч,квт*ч,квт·год,квт-год,kwst,千瓦时,千瓦時,度,度电,度電,"
    "キロワット時,キロワットアワー,킬로와트시,kilowatios hora,قيلوواط ساعه",
    1e6: "mwh,mw·h,mw/h,mw h,мвт·ч,мвтч,мвт ч,мвт-ч,мвт·год,兆瓦时,兆瓦時,メガワット時,メガワットアワー,메가와트시,"
    "百萬瓦時",
    1e9: "gwh,gw·h,gw/h,gw h,гвт·ч,гвтч,гвт ч,гвт-ч,гвт·год,гвт-год,吉瓦时,吉瓦時,ギガワット時,ギガワットアワー,"
    "기가와트시,十億瓦時,gwst",
    1e12: "twh,tw·h,tw/h,tw h,твт·ч,твтч,твт ч,твт-ч,твт*ч,твт·год,твт-год,твтг,太瓦时,太瓦時,テラワット時,"
    "テラワットアワー,테라와트시,兆瓦時數,twst",
}
_PREFIX_WORDS: dict[float, str] = {1e3: "kilo", 1e6: "mega", 1e9: "giga", 1e12: "tera"}
# "%" is the watt word, before or after which a language puts its hour.
_HOUR_AFTER = (
    "watt hour,watt hours,watt-hour,watt-hours,watthour,watthours,wattheure*1,wattheures,watt-heure,watt-heures,"
    "watt heure,watt heures,wattstunde,wattstunden,watt-stunden,"
    "wattuur,watturen,watt-uur,watt uur,wattime,wattimer,watt-timer,watt timer,watttimer,wattimmar,watt timmar,"
    "watt-timmar,wattimmars,wattitun*,"
    "vatios hora,vatios-hora,vatio-hora,vatios por hora,vatio hora,watts-hora,watts hora,watt-hora,watt hora,"
    "watts-hores,watts hora,watts por hora,watt-ora,wattora,wattore,watt ora,watt-ore,watt ore,watt all'ora,"
    "vat saat,vat-saat,vatsaat*,vatsaatlik,watt-saat,watt saat,watogodzin*,watogodzinach,wat-godzin,watthodin*,"
    "watt-hodin*,watthodin,watthodin*,wattora*,wattorat,"
    "watt-jam,watt jam,wati jam,watt-gio,watt gio,vaturi,wati-ora,wati ora,watti-ora,watt-ora,vatvalandu,"
    "vatvalandziu,vatstundas,vatstundu,vat-sati,vat sati,vatsati,vatnih ur,vatnih sati,vatur,vaturah,"
    "vatt-tundi,vatt-saat,vatt-soat,vat ore,vat-ore,watt oras,watt-oras,watt kwa saa,wati-saa"
)
_HOUR_BEFORE = (
    "heures de %watt*,heures de %watts,heure de %watt,heures-%watt,jam %watt,jam %watts,jam-%watt,horas de %watt,"
    "horas de %watts,horas de %vatio*,horas %watt,ore di %watt,ore de %watt*,"
    "ore %watt,horas-%watt,saa za %watt,saa za %wati,gio %watt,oras ng %watt,uren %watt"
)
_HOUR_FOREIGN: dict[float, str] = {
    1e3: "киловатт-час*,киловатт час*,кіловат-годин*,كيلووات ساعه,كيلوواط ساعه,كيلووات/ساعه,كيلوواط/ساعه,"
    "کیلووات ساعت,کیلووات‌ساعت,किलोवाट घंटे,किलोवाट-घंटे,κιλοβατωρες,กิโลวัตต์ชั่วโมง,"
    'กิโลวัตต์-ชั่วโมง,קילוואט שעה,קוט"ש,কিলোওয়াট ঘণ্টা',
    1e6: "мегаватт-час*,мегават-годин*,мегаватчас*,ميغاوات ساعه,ميغاواط ساعه,ميجاوات ساعه,ميجاوات/ساعه,ميغاواط/ساعه,"
    "ميغاوات/ساعه,مگاوات ساعت,मेगावाट घंटे,मेगावाट-घंटे,μεγαβατωρες,เมกะวัตต์ชั่วโมง,เมกะวัตต์-ชั่วโมง,"
    "מגה ואט שעה,מגוואט שעה,מגה-ואט שעה,মেগাওয়াট ঘণ্টা,মেগাওয়াট-ঘণ্টা",
    1e9: "гигаватт-час*,гигаватт час*,гігават-годин*,гигаватчас*,гигават-час*,جيجاوات ساعه,جيغاواط ساعه,"
    "غيغاواط ساعه,غيغاوات ساعه,جيجاوات/ساعه,جيغاواط/ساعه,غيغاواط/ساعه,جيغاوات ساعه,گیگاوات ساعت,गीगावाट घंटे,गीगावाट-घंटे,"
    "γιγαβατωρες,กิกะวัตต์ชั่วโมง,กิกะวัตต์-ชั่วโมง,ג'יגה ואט שעה,ג'יגה-ואט שעה,ג'יגה וואט שעה,ג'יגה-וואט שעה,ג'יגה-וואט-שעה,"
    "גיגוואט שעה,গিগাওয়াট ঘণ্টা,গিগাওয়াট-ঘণ্টা,गीगावाट-घंटा",
    1e12: "тераватт-час*,тераватт час*,терават-годин*,тераватчас*,тераватт·час*,терават-час*,терават часа,"
    "терават-часа,تيراوات ساعه,تيراواط ساعه,تيراوات/ساعه,تيراواط/ساعه,تيراوات في الساعه,تيراواط في الساعه,"
    "تيراواط-ساعه,تيراوات-ساعه,تراوات ساعت,تراوات‌ساعت,تراوات-ساعت,"
    "ٹیراواٹ آور,ٹیراواٹ گھنٹے,टेरावाट घंटे,टेरावाट-घंटे,टेरावाट घंटा,टेरावाट-घंटा,टेरावॉट घंटे,টেরাওয়াট ঘণ্টা,টেরাওয়াট-ঘণ্টা,"
    "டெராவாட் மணி*,டெராவாட்-மணி*,టెరావాట్ గంటల*,టెరావాట్-గంటల*,τεραβατωρες,เทระวัตต์ชั่วโมง,เทระวัตต์-ชั่วโมง,เทราวัตต์ชั่วโมง,"
    "เทราวัตต์-ชั่วโมง,טרה ואט שעה,טרה-ואט שעה,טרה וואט שעה,"
    "טרה-וואט שעה,טרוואט שעה,טרה-וואט-שעה,טרה-ואט-שעה,ტერავატ-საათ*,տերավատ-ժամ*,টেরাওয়াট আওয়ার,тэрават-гадзін*,"
    "терават-час*",
}

_COUNTS: dict[str, str] = {
    "companies": "companies,firms,businesses,startups,start-ups,entreprises,societes,compagnies,unternehmen,firmen,"
    "konzerne,bedrijven,ondernemingen,empresas,companias,companhias,aziende,imprese,societa,perusahaan,"
    "syarikat,sirket*,компани*,фирм*,предприяти*,компані*,підприємств*,firm,firmy,spolek,spolecnosti,spolocnosti,"
    "podjetij,podjetja,tvrtki,tvrtke,kompanija,kompanije,компанија,vallalat*,ceg,ceget,companii,de companii,firme,"
    "yritysta,yrityksen,yrityst*,foretag*,bolag,virksomheder,selskaper,selskaber,bedrifter,cong ty,doanh nghiep,"
    "บริษัท,شركات,شركه,شرکت,کمپنیاں,کمپنیوں,कंपनियों,कंपनियां,कंपनियाँ,কোম্পানি*,প্রতিষ্ঠান,நிறுவனங்கள*,కంపెనీల*,"
    "家公司,家企业,家企業,間公司,间公司,社,개 기업,개사,개 회사,개 업체,企業,חברות,εταιρειες,εταιριες,επιχειρησεις,"
    "empreses,kampuni,kumpanya,imoniu,imones,uznemumi*,uznemumu,ettevot*,კომპანი*,ընկերություն*,kompani,sirkat*,"
    "şirkət*",
    "jobs": "jobs,emplois,postes,arbeitsplatz*,jobs,stellen,banen,empleos,puestos de trabajo,empregos,"
    "postos de trabalho,posti di lavoro,lapangan kerja,lapangan pekerjaan,pekerjaan,peluang pekerjaan,"
    "kisilik istihdam,istihdam,рабочих мест,рабочие места,робочих місць,miejsc pracy,pracovnich mist,"
    "pracovnych miest,delovnih mest,radnih mjesta,radnih mesta,munkahely*,locuri de munca,de locuri de munca,"
    "tyopaikka*,"
    "arbetstillfallen,arbejdspladser,arbeidsplasser,viec lam,ตำแหน่งงาน,وظيفه,وظائف,فرصه عمل,فرصت شغلی,नौकरियां,"
    "नौकरियों,नौकरियाँ,रोजगार,চাকরি,কর্মসংস্থান,வேலைவாய்ப்பு*,வேலைகள்,ఉద్యోగాల*,个就业岗位,個就業機會,个工作岗位,個工作機會,"
    "个岗位,개 일자리,개의 일자리,人の雇用,人分の雇用,雇用,משרות,מקומות עבודה,θεσεις εργασιας,llocs de treball,"
    "ajira,trabaho,работни места,darbo vietu,darbavietas,darbavietu,tookohta",
    "homes": "homes,households,foyers,menages,logements,haushalte*,huishoudens,woningen,hogares,viviendas,casas,"
    "lares,residencias,domicilios,case,famiglie,abitazioni,rumah,rumah tangga,isi rumah,hane*,konut*,домохозяйств*,"
    "домогосподарств*,gospodarstw domowych,domow,domacnosti,gospodinjstev,kucanstava,domacinstava,haztartas*,"
    "locuinte,de locuinte,gospodarii,de gospodarii,kotitaloutta,kotitalou*,hushall,husstande,husholdninger,"
    "husstander,ho gia dinh,"
    "ครัวเรือน,หลังคาเรือน,منزل,منازل,خانوار,घरों,परिवारों,বাড়ি,পরিবার,户家庭,戶家庭,户居民,世帯,가구,בתי אב,נוικοκυρια,"
    "νοικοκυρια,llars,kaya,домакинства,namu ukiu,majsaimniec*,majapidamis*",
    "gpus": "gpus,gpu,gpu's,graphics cards,grafikprozessor*,grafikkarten,процесоров gpu,cartes graphiques,"
    "graphics processing units,graphics processors,графических процессоров,графічних процесорів,块gpu,顆gpu,颗gpu,"
    "张gpu,张显卡,個のgpu,基のgpu,"
    "개 gpu,장 gpu,장의 gpu,개의 gpu,块 gpu,張gpu,gpuを,gpu'*,tarjetas graficas,placas graficas,schede grafiche,"
    "块显卡,วงจร gpu",
    "chips": "chips,puces,半导体芯片,chip,cip,чипов,чипів,çip,cipler,칩,枚芯片,颗芯片,顆晶片,万颗芯片,หน่วยชิป,جيب",
    "people": "people,persons,personnes,menschen,personen,mensen,personas,pessoas,persone,orang,kisi*2,человек,"
    "человека,людей,людини,осіб,osob,lidi,ludi,ludzi,ljudi,oseb,ember*2,de oameni,oameni,de persoane,persoane,"
    "ihmista,henkiloa,manniskor,personer,mennesker,nguoi,คน,شخص,شخصا,اشخاص,نفر,افراد,लोगों,लोग,মানুষ*,জন,பேர்,மக்கள்,"
    "మందికి,మంది,名,人,명,בני אדם,אנשים,ανθρωποι,ανθρωπους,ατομα,persones,watu,katao,души,zmoniu,cilveki*,inimest",
    "employees": "employees,workers,staff,salaries,employes,mitarbeiter*,beschaftigte*,angestellte*,werknemers,"
    "medewerkers,empleados,trabajadores,funcionarios,trabalhadores,dipendenti,lavoratori,karyawan,pekerja,pegawai,"
    "calisan*,"
    "сотрудник*,работник*,працівник*,pracownik*,zamestnanc*,zaposlenih,alkalmazott*,dolgozo*,angajati,de angajati,"
    "tyontekij*,anstallda,medarbetare,ansatte,medarbejdere,nhan vien,พนักงาน,موظف,موظفا,موظفين,عامل,کارمند,"
    "कर्मचारियों,कर्मचारी,কর্মী,ஊழியர்கள*,ఉద్యోగుల*,名员工,名員工,人の従業員,人の社員,명의 직원,명 직원,עובדים,"
    "εργαζομενους,εργαζομενοι,treballadors,wafanyakazi,manggagawa,empleado,служители,darbuotoju,darbinieki*,tootajat",
    "data centers": "data centers,data centres,data center,data centre,datacenters,datacentres,centres de donnees,"
    "centros de datos,centros de dados,rechenzentren,datenzentren,datacenters,centri dati,data centre,pusat data,"
    "veri merkezi*,"
    "дата-центр*,датацентр*,центров обработки данных,цод,дата-центрів,centrow danych,datovych center,"
    "datovych centier,podatkovnih centrov,podatkovnih centara,adatkozpont*,centre de date,de centre de date,"
    "datakeskus*,datacenter,"
    "datahallar,datacentre,datasentre,trung tam du lieu,ศูนย์ข้อมูล,مراكز بيانات,مركز بيانات,مرکز داده,डेटा सेंटर,"
    "ডেটা সেন্টার,座数据中心,个数据中心,座資料中心,座數據中心,カ所のデータセンター,棟のデータセンター,개 데이터센터,"
    "개의 데이터센터,מרכזי נתונים,"
    "κεντρα δεδομενων,vituo vya data,центрове за данни,duomenu centru",
    "countries": "countries,pays,lander,landern,landen,paises,paesi,negara,ulke*,стран,странах,країн,krajow,zemi,"
    "krajin,drzava,drzav,orszag*,tari,de tari,maata,lander,land,quoc gia,nuoc,ประเทศ,دوله,دول,کشور,देशों,দেশ,நாடுகள*,"
    "దేశాల*,"
    "个国家,個國家,カ国,か国,ヶ国,개국,מדינות,χωρες,paisos,nchi,bansa,държави,saliu,valst*,riik*",
}  # fmt: skip

# As words of a folded text these need capitals: "try", "cop", "ars" and "kes" are words somewhere.
# Abbreviations that carry their scale: millones de dólares, miljoner kronor.
PACKED = {"mdd": 1e6, "mdp": 1e6, "mkr": 1e6, "mnkr": 1e6, "mdkr": 1e9, "msek": 1e6, "meur": 1e6, "musd": 1e6}
CODES = {code.lower() for code in (*_CODES, "BAM", "KRW", "NPR", "ETB", "UZS")} - {"usd", "eur"}


@cache
def prefixes() -> Lexicon[str]:
    """Return what stands before an amount: currency code by symbol, code or name."""
    lexicon: Lexicon[str] = Lexicon()
    for code, words in _PREFIXES.items():
        lexicon.add(words, code)
    return lexicon


@cache
def currencies() -> Lexicon[str]:
    """Return what stands after an amount: our inflected names first, then CLDR's full names of 70 locales."""
    lexicon: Lexicon[str] = Lexicon()
    for code, words in _NAMES.items():
        lexicon.add(words, code)
    for tag in LOCALES:
        try:
            locale = Locale.parse(tag)
        except UnknownLocaleError:
            continue
        for code in _CODES:
            name = locale.currencies.get(code)
            if name and name != code and " " in name:
                lexicon.add([name], code)
        counts = {locale.plural_form(n): n for n in _SAMPLES}  # one for each of the language's plural forms
        for code in _CODES:
            for count in counts.values():
                name = get_currency_name(code, count=count, locale=locale)
                if name != code and " " in name:
                    lexicon.add([name], code)
    return lexicon


@cache
def watts() -> Lexicon[tuple[str, float]]:
    """Return the units of power and energy: ("power", factor to W) or ("energy", factor to Wh)."""
    lexicon: Lexicon[tuple[str, float]] = Lexicon()
    for factor, words in (*_HOURS.items(), *_HOUR_FOREIGN.items()):
        lexicon.add(words, ("energy", factor))
    for factor, prefix in _PREFIX_WORDS.items():
        for joint in (prefix, prefix + "-", prefix + " "):
            lexicon.add([joint + word.strip() for word in _HOUR_AFTER.split(",")], ("energy", factor))
            lexicon.add([word.strip().replace("%", joint) for word in _HOUR_BEFORE.split(",")], ("energy", factor))
            lexicon.add([f"{joint}watt*", f"{joint}wat*"], ("power", factor))
    for factor, words in _WATTS.items():
        lexicon.add(words, ("power", factor))
    return lexicon


@cache
def counted() -> Lexicon[str]:
    """Return the things counted, under the English name that is the fact's unit."""
    lexicon: Lexicon[str] = Lexicon()
    for unit, words in _COUNTS.items():
        lexicon.add(words, unit)
    return lexicon

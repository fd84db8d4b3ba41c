"""Words that tell sister languages apart, where n-gram statistics hesitate; chosen by us from grammars, not from data.

Each list holds what one language of a family writes and at least one sister does not: function words, month names,
spelling differences of news vocabulary. A word that some sisters share stands in each of their lists ("tokom" is
Serbian and Bosnian, not Croatian); one that all share tells nothing and is left out. Everything is lower case.
"""

import re

_WORDS: dict[str, str] = {
    # Indonesian / Malay: Dutch against English loans, reformed spelling, everyday verbs.
    "id": """mau coba pengungsi teroris narkoba truk stasiun bus ilmuwan sekretaris olahraga film musik koran direktur
        peneliti penelitian topan menit obligasi chip perangkat pengusaha wisatawan pariwisata tentara prajurit
        rudal kesepakatan rapat dukungan mendukung kejahatan pemerkosaan unjuk kapten optimistis biaya pelecehan
        pembicaraan persen kelinci ujicoba dituding tersangka terduga pelaku kecelakaan menewaskan tewaskan rusuh
        bahwa karena bisa uang mobil kantor senin jumat agustus desember maret perusahaan miliar triliun rp rupiah
        dolar tewas korban usai soal terkait pasca butuh ingin polisi universitas komunitas fasilitas kualitas
        kapasitas aktivitas otoritas prioritas partai pemilu gubernur bupati dpr kpk bbm pln wib wna wni inggris
        jerman prancis swiss eropa yunani suriah irak rusia tiongkok jepang pengacara dokter perawat rekor pelatih
        klub laga listrik pabrik produksi koalisi nggak bandara tol kecerdasan mantan kementerian anggaran bakal
        begini enggan ungkap bareng sempat gara sopir karyawan ponsel situs pajak pria penembakan putra putri
        ribuan puluhan meninggal terbaru resmi serikat juli juni ujung gerbong lokal begadang pendanaan karir
        istri konser liburan kemarin pekan besok energi kebijakan lingkungan dosen mahasiswa siswa macet putusan
        jaksa terdakwa vonis kejaksaan kepolisian polri tni ojk begal daring luring unggah unduh gawai gratis toko
        apartemen kamar sepeda kecamatan kabupaten provinsi laki bapak kanker obat apotek pasien darurat telepon
        televisi rencana berencana mengatakan dikatakan tutur ucap ujar punya memiliki dimiliki terjadi kerusakan
        rusak berangkat anjlok laba penjualan kuartal dipastikan temuan cadangan imbau imbas sanksi kritik
        mengkritik tindak pidana adukan kontroversi aksi prediksi memprediksi diduga dugaan penindakan pengawasan""",
    "ms": """beratus beribu berpuluh terkorban talian mahu cuba pelarian pengganas dadah lori stesen bas sains undi
        tempoh setiausaha sukan filem muzik akhbar pengarah pengerusi penyelidik taufan ribut minit bon cip
        kepintaran perisian peranti usahawan pelancong pelancongan tentera askar rundingan mesyuarat kerajaan
        sokongan menyokong jenayah rogol bantahan hos hadapan menerusi berlepas menyertai terhadapnya perlawanan
        tular netizen kaunselor klinik bajet kos pakar penderaan komited ketibaan arnab kerana bahawa boleh wang
        kereta isnin jumaat ahad ogos disember mac syarikat bilion trilion rm ringgit datuk seri polis beliau
        ialah hospital universiti komuniti kualiti kapasiti aktiviti fasiliti kemudahan kelab jurulatih parlimen
        umno britain perancis sepanyol greece syria iraq russia eropah jepun china cuti lebuhraya kemalangan reman
        majistret pelaburan pelabur kilang doktor jururawat korang sahaja manakala iaitu supaya kakitangan cukai
        faedah peratus dijangka maut pertubuhan perkhidmatan semalam selepas berkenaan sebanyak peguam tandas
        julai jun semasa budak duit penyiasatan menyiasat disiasat siasatan baharu pelbagai kemuncak peminat
        kerjaya memulakan keganasan refal lembu kesemua nak pelakon mendedahkan isteri bilik apabila lapan
        pemberita kesesakan tugasan peniaga percuma membolehkan senaman laluan sentiasa persekitaran teruk pesakit
        tekak saintifik falsafah pensyarah penuntut pendakwa tertuduh kedai pangsapuri basikal bandar bapa kanser
        ubat kecemasan telefon televisyen rancangan kerosakan rosak bertolak menjunam jualan suku susulan bahagian
        memandu berbilang meletup letupan tembakan cubaan tangkapan sulong sulung tidakkan seminit kemahiran
        perhimpunan bertanding membelasah mencederakan meledak merekodkan jaringan sepakan berkualiti setanding
        terbabit kesunyian mengetuai pengurusan pengajuran kena dikutip sesawang menyahut meneroka produktiviti
        persekutuan sebilangan bot""",
    # Croatian / Bosnian / Serbian in Latin letters.
    "hr": """tko tijekom tisuća tisuće tisuću vlak vlaka kolovoza srpnja lipnja svibnja travnja ožujka veljače siječnja
        rujna listopada studenoga prosinca uvjeti uvjet uvjeta europa europe europi europu europska europske
        europski europskog sveučilište sveučilišta glazba glazbe glazbeni zrak tvrtka tvrtke tvrtku nogomet
        nogometni općina općine obitelj obitelji izvješće izvješća priopćenje znanost znanstvenici znanstvenik
        tjedan tjedna tjedana veleposlanik veleposlanstvo vijeće vijeća povijest povijesti tajnik prijevoz
        suradnja suradnje suradnju sukladno unatoč nitko netko svatko redarstvo kazalište računalo računala
        zrakoplov zrakoplova izvijestio stoljeće stoljeća točno točka točke sustav sustava tečaj milijun milijuna
        milijuni milijarda kemijska organizirati organizirao financirati financira financije financijski
        financijske također poslije vrijeme svijet svijeta svijetu djeca djece gdje uvijek predsjednik
        predsjednika predsjednica smrt dvije obje mjesto riječ cijena cijeli bijeli susjed čovjek čovjeka ovdje
        mjesec prije""",
    "bs": """tokom hiljada hiljade hiljadu voz voza augusta jula juna maja aprila marta februara januara septembra
        oktobra novembra decembra uslovi uslov uslova evropa evrope evropi evropu evropska evropske evropski
        univerzitet univerziteta muzika muzike muzički zrak vazduh kompanija kompanije kompaniju fudbal fudbalski
        općina općine porodica porodice izvještaj historija historije nauka naučnici naučnik sedmica sedmice
        ambasador vijeće saradnja saradnje saradnju uprkos niko neko svako ko šta avion aviona vijeća izvijestio
        tačno tačka sistem sistema milion miliona milioni hemijska organizovati organizovao finansije finansijski
        finansijske također poslije vrijeme svijet svijeta svijetu djeca djece gdje uvijek predsjednik
        predsjednika predsjednica dvije obje mjesto riječ cijena cijeli bijeli čovjek čovjeka ovdje mjesec prije
        kahva lahko sarajevo sarajevu sarajeva hercegovina hercegovine bosne bosni""",
    "sr": """tokom hiljada hiljade hiljadu voz voza avgusta jula juna maja aprila marta februara januara septembra
        oktobra novembra decembra uslovi uslov uslova evropa evrope evropi evropu evropska evropske evropski
        univerzitet univerziteta muzika muzike muzički vazduh kompanija kompanije kompaniju fudbal fudbalski
        opština opštine porodica porodice izveštaj istorija istorije nauka naučnici naučnik nedelja nedelje
        nedelju ambasador savet saradnja saradnje saradnju uprkos niko neko svako ko šta avion aviona saveta tačno
        tačka sistem sistema milion miliona milioni hemijska organizovati organizovao finansije finansijski
        finansijske takođe posle vreme svet sveta svetu deca dece gde uvek predsednik predsednika predsednica dve
        obe mesto reč cena celi beli čovek čoveka ovde mesec pre beograd beogradu srbija srbije srbiji bezbednost
        bezbednosti""",
    # Danish / Norwegian / Swedish.
    "da": """af nu efter mig dig sig hvad blev bliver været uge uger siger kvinder kvinde mellem ud hjem hjemme penge
        fik gik meget nogle nogen nyt dansk danske danmark københavn død døde år to syv tyve folketinget
        virksomhed virksomheder medarbejder medarbejdere afsløret afslører imod igen rigtig sådan vores taget
        givet fundet blevet stået fået havde gjorde fejl aftale aktie aktier købe køber sælge sælger tyrkiet
        europæiske bag brug lukker uddannelse sundhed skyderi kærlighed også og er ikke det jeg på hvordan dræbt
        kan hed ved fra til skal mennesker hvorfor politiet rejser tegn""",
    "no": """av nå etter meg deg seg hva ble blir vært uke uker sier kvinner kvinne mellom hjem hjemme penger fikk gikk
        mye veldig noen nytt norsk norske norge oslo død døde år to sju syv tjue stortinget bedrift bedrifter
        ansatte avslørt avslører mot igjen riktig sånn våre tatt gitt funnet blitt stått fått hadde gjorde feil
        avtale aksje aksjer kjøpe kjøper selge selger tyrkia europeiske bak bruk stenger utdanning helse skyting
        kjærlighet også og er ikke det jeg på hvordan drept kan het ved fra til skal mennesker hvorfor politiet
        reiser tegn ikkje eit eg dei frå kva korleis vert meir""",
    "sv": """av nu efter mig dig sig vad blev blir varit vecka veckor säger kvinnor kvinna mellan hem hemma pengar fick
        gick mycket några någon nytt svensk svenska sverige stockholm död döda år två sju tjugo riksdagen företag
        anställda avslöjar mot igen rätt våra tagit gett hittat blivit stått fått hade gjorde fel avtal aktie
        aktier köpa köper sälja säljer turkiet europeiska bakom stänger utbildning hälsa skjutning kärlek också
        och är inte det jag på hur dödad kan het vid från till ska människor varför polisen tecken""",
    # Czech / Slovak.
    "cs": """že který která které kteří jsou jsem byl byla bylo není před při přes ještě když její nebo podle kvůli
        více dne jen mohou může říká řekl řekla předseda česko česká české český praha praze korun tisíc dítě děti
        smrti zemřel zemřela zemětřesení týden dvě tři pět města historii""",
    "sk": """že ktorý ktorá ktoré ktorí sú som bol bola bolo nie pred pri cez ešte keď jej alebo podľa kvôli viac dňa
        iba môžu môže hovorí povedal povedala predseda slovensko slovenská slovenské slovenský bratislava
        bratislave eur tisíc dieťa deti smrti zomrel zomrela zemetrasenie týždeň dve tri päť mesta dejiny""",
    # Portuguese / Galician.
    "pt": """não são uma das nas à às em com mais também seu sua seus suas pela pelo está até há ele ela esse você
        ontem hoje milhões governo sem presidente mulher mulheres polícia disse dois duas três depois onde quando
        quem rússia ucrânia comissão decisão situação informação investigação educação nação ações eleições milhão
        questão dos um e""",
    "gl": """non unha das nas á ás en con máis tamén seu súa seus súas pola polo está ata hai el ela onte hoxe millóns
        goberno sen presidente muller mulleres policía dixo dous dúas tres despois onde cando quen rusia ucraína
        comisión decisión situación información investigación educación nación eleccións millón cuestión dos xunta
        xustiza xente xoves venres xaneiro xuño xullo galicia galego galega un e""",
    # Dutch / Afrikaans.
    "nl": """een het zijn wordt worden niet van zij hij waren heeft hebben had bij uit naar deze wat zegt zei jaar
        nieuwe tegen over politie vrouw vrouwen werd zich zou zullen mijn dat""",
    "af": """'n word nie van hulle hy het by uit vir hierdie wat sê gesê jaar nuwe teen oor polisie vrou vroue sal my
        dat suid""",
    # Turkish / Azerbaijani.
    "az": "və ilə üçün daha olan olub edib deyib görə qarşı sonra yeni ildə azərbaycan bakı haqqında bağlı",
    "tr": "ve ile için daha olan oldu etti dedi göre karşı sonra yeni yılında türkiye ankara hakkında bağlı",
}  # fmt: skip

# Letters of a shared script, and the only languages that write them: whoever does not, did not write the text.
_LETTERS: dict[str, tuple[tuple[str, str], ...]] = {
    "Cyrl": (
        ("ђћ", "sr"), ("ѓќѕ", "mk"), ("јљњџ", "sr mk"), ("ўЎ", "be uz"), ("їєґ", "uk"), ("і", "uk be kk"),
        ("ыэ", "ru be kk ky mn tt ba tg"), ("әһ", "kk tt ba"), ("өү", "kk ky mn tt ba"), ("ңҥ", "kk ky tt ba"),
        ("ҷӣӯ", "tg"), ("ҳ", "tg uz"), ("қғ", "kk tg uz"), ("ҙҫҡ", "ba"), ("җ", "tt"),
        ("ё", "ru be kk ky mn tg tt ba uz"),
        ("щ", "ru uk bg kk ky tt ba mn"), ("ъ", "ru bg kk ky mn tg tt ba uz"), ("ь", "ru uk be bg kk ky mn tt ba"),
        ("яюй", "ru uk be bg kk ky mn tg tt ba uz"),
    ),
    "Arab": (
        ("پچگژ", "fa ur ps ckb ug"), ("ٹڈڑےں", "ur"), ("ټډړښځڅۍ", "ps"), ("ڕڵۆێ", "ckb"), ("ۇۈۋ", "ug ckb"),
        ("ةإٱ", "ar fa ps"),
    ),
    "Deva": (("ळ", "mr gom sa ne"),),
}  # fmt: skip

# Stems, since these languages inflect: whose they are, and not their sisters'. Serbian writes foreign names by ear.
_STEM_WORDS = {
    "sr": """izveštaj sledeć predsednik posle\\b veštačk snabdevanj srbij srpsk beograd evr[aoe]\\b evrima tramp
        mask[ua]?\\b majkrosoft gugl epl[au]?\\b fejsbuk njujork bajden makron opštin bezbedn vazduh cen[aeu]\\b
        mest[oau]\\b rešenj promen zahtev primen gde\\b ovde\\b uvek poseti svet[ua]?\\b svetsk celin vreme\\b
        reč[ui]?\\b deo\\b delov dinar vučić usled predlog uticaj nedelj takođe\\b saopštenj nameštaj obaveštenj""",
    "sr bs": """fabri[kc] kompanij akcij[aeu]\\b akcionar računar superračunar saradnj centa?r\\w*\\spodataka
        data\\scenta?r gas[aou]?\\b gasovod hiljad milion dobija preduzeć saobraćaj hemijsk univerzitet
        voz[ao]?\\b štampa sopstven istraživač""",
    "bs": """sarajev bosn bih\\b hercegov historij sedmic kahv lahk mehk""",
    "hr": """podatkovn tvornic tvrtk dionic izvješć umjetn\\w*\\sinteligencij superračunal računal dobiv gospodarst
        golem opskrb plin[aou]?\\b plinovod hrvatsk zagreb eur[aoe]\\b eurima tisuć milijun suradnj poduzeć
        nogomet glazb kolodvor redarst priopćenj sveučilišt kemijsk tjedn vlak zrakoplov sustav tečaj uvjet
        glede nazočn izvanredn veleposlan""",
}
_STEMS = {tags: re.compile(rf"\b(?:{'|'.join(words.split())})") for tags, words in _STEM_WORDS.items()}

# Near languages without a profile: marks of theirs, and marks of the known one that outweigh them.
_NEIGHBOURS = {
    # Kirundi for Kinyarwanda: ca, vy, -shasha against cya, by, -shya
    "rw": (
        re.compile(
            r"\b(?:[iu]?vy\w+|ca|co|c'\w+|ivya|canke|\w+shasha|igisagara|abanyeshure|uburundi|\w*nyagihugu|ishirahamwe)\b",
            re.I,
        ),
        re.compile(r"\b(?:cya|cyo|by[aoi]\w*|\w+shya|u rwanda|umujyi|abanyeshuri|abaturage|amashanyarazi)\b", re.I),
    ),
    # Maithili, Bhojpuri and Bodo for Hindi
    "hi": (
        re.compile(r"(?<!\S)(?:अछि|छथि|कएल\S*|गेल|बाड़े|बाटे|कइल\S*|भइल|गइल|बानी|खालाम\S*)(?!\S)"),
        re.compile(r"(?<!\S)(?:है|हैं|था|थे|गया|किया|होगा|ने)(?!\S)"),
    ),
}

FAMILIES: tuple[frozenset[str], ...] = (
    frozenset({"id", "ms"}), frozenset({"hr", "bs", "sr"}), frozenset({"da", "no", "sv"}), frozenset({"cs", "sk"}),
    frozenset({"pt", "gl"}), frozenset({"nl", "af"}), frozenset({"tr", "az"}),
)  # fmt: skip

_WORD = re.compile(r"[^\W\d_]+")


def _index() -> dict[str, tuple[str, ...]]:
    """Word → the languages it speaks for, without words that a whole family shares (they tell nothing)."""
    languages: dict[str, set[str]] = {}
    for tag, words in _WORDS.items():
        for word in words.split():
            languages.setdefault(word, set()).add(tag)
    index = {}
    for word, tags in languages.items():
        telling = {tag for members in FAMILIES for tag in tags & members if not members <= tags}
        if telling:
            index[word] = tuple(sorted(telling))
    return index


_INDEX = _index()


def votes(text: str) -> dict[str, int]:
    """Count, per language, the distinct words of `text` that its sisters do not write."""
    found: dict[str, int] = {}
    for word in set(_WORD.findall(text.lower())):
        for tag in _INDEX.get(word, ()):
            found[tag] = found.get(tag, 0) + 1
    for speakers, stems in _STEMS.items():
        times = len(set(stems.findall(text.lower())))
        for tag in speakers.split() if times else ():
            found[tag] = found.get(tag, 0) + times
    return found


# The old vowel as Bosnia, Croatia and Montenegro write it where Serbia writes e: rijetko, mjesto, pobijedio, sjeme.
_IJEKAVIAN = re.compile(
    r"(?!nijed)[bcdlmnprst]ije(?:[dlptv]|n(?!t)|s(?![tk]\b)|č|ć|š)\w|(?!sjed[ni]|nijed|svjets|odjed)[bdmpstv]je(?:[cdghlmnrstv]|č|ć|š|ž)\w"
    r"|vri?jem|nedjelj|čovje|\b(?:gdje|poslije|ovdje|uvijek|prije|obje|dvije)\b"
)


def is_ijekavian(text: str) -> bool:
    """Tell whether a text of Bosnian and its sisters has a word that Serbian spells otherwise."""
    return _IJEKAVIAN.search(text.lower()) is not None


def is_neighbour(tag: str, text: str) -> bool:
    """Tell whether a text taken for `tag` bears marks of a near language that no engine knows."""
    marks = _NEIGHBOURS.get(tag)
    return marks is not None and marks[0].search(text) is not None and marks[1].search(text) is None


def strangers(script: str, text: str) -> dict[str, int]:
    """Count, per group of languages (space-separated tags), the letters of `text` that nobody else writes."""
    found: dict[str, int] = {}
    for letters, writers in _LETTERS.get(script, ()):
        times = sum(map(text.count, letters))
        if times:
            found[writers] = found.get(writers, 0) + times
    return found

"""Words of company names that say nothing about which company it is: legal forms, filler, names of nobody.

Spelled as `companies.words` spells: ASCII, lower case, no dots. The forms follow ISO 20275 (entity legal forms) for
some sixty countries, each with the abbreviations that people write.
"""

from __future__ import annotations

_LONG = """
gmbh and co kg|gmbh und co kg|gmbh co kg|gmbh and co kgaa|gmbh and co ohg|ag and co kg|ag and co kgaa|se and co kg
se and co kgaa|ug and co kg|ug haftungsbeschrankt|ug haftungsbeschraenkt|ges mbh|gesellschaft mit beschrankter haftung
und co kg|and co kg|and co|and company|and cie|et cie|und co|y cia|e cia|and sons ltd
sa de cv|sab de cv|s de rl|s de rl de cv|sapi de cv|sc de rl|sc de rl de cv|srl de cv|sofom enr
sociedad anonima|sociedad limitada|sociedade anonima|societe anonyme
societa per azioni|societa a responsabilita limitata
besloten vennootschap|naamloze vennootschap|spolka akcyjna|spolka z oo|spolka z o o|sp z oo|sp z o o|sp zoo|sp j|sp k
spol s ro|spol s r o|akciova spolecnost|akciova spolocnost|korlatolt felelossegu tarsasag
pty ltd|pty limited|proprietary limited|pte ltd|pte limited|pvt ltd|pvt limited|private limited|sdn bhd|co ltd
company limited|public limited company|limited liability company|limited company|soc ltd
fz llc|fz co|bsc c|sarl au|s coop|ltd sti|limited sirketi|anonim sirketi|perseroan terbatas
kabushiki kaisha|kabushiki gaisha|yugen kaisha|godo kaisha|gufen youxian gongsi|youxian gongsi
"""

_SHORT = """
inc incorporated corp corporation co company ltd limited llc llp lp lllp pllc plc pc pa pllp lc ltda limitada cia
gmbh mbh ggmbh ag se kg kgaa ohg gbr eg ev ug partg partgmbb gesmbh aktiengesellschaft kommanditgesellschaft
sa sas sasu sarl eurl sci scs sca snc scop selarl sagl sab sapi sofom sl slu slne slp sau scoop scl eirl saa sac
spa srl srls sapa scarl scrl lda sgps eireli bv nv vof cv bvba cvba vzw asbl sprl commv
ab hb kb aktiebolag as asa ans nuf aps ivs amba fmba oy oyj osakeyhtio ehf hf ou oue mtu uab mb vsi sia
spzoo sro vos kft zrt nyrt bt kkt doo dd jdoo ad dooel eood ood ead
ooo oao zao pao ao tov tzov prat too fgup epe ae ike mepe sti
pty pte pvt opc bhd sdn berhad tbk kk gk coltd jusikhoesa
fze fzco fzc dmcc wll jsc pjsc ojsc cjsc saog saoc kscc ksc bsc sal publ ltee limitee enr senc sencrl ulc npc
"""

_IN_FRONT = """
pt cv ooo oao zao pao ao tov tzov too prat uab sia ab oy as sc kk jsc pjsc cia
"""

_FILLER = """
the a and und et e y o i de of le la les der die das el los il lo
group groupe gruppe grupo gruppo holding holdings international intl internacional internationale global worldwide
enterprise enterprises services solutions
"""

_NOBODY = """
none|na|n a|nil|null|unknown|other|test|testing|tbd|self|self employed|selfemployed|selbststandig|selbstandig|freelance
freelancer|independent|independent consultant|individual|personal|private|privat|particulier|particular|home|student
retired|unemployed|consultant|consulting|owner|me|myself|my company|company|company name|your company|no company
not applicable|not provided|not specified|na na|x|xx|xxx|asdf|demo|sample|example|select|please select|startup
"""

_UNSPACED = """
股份有限公司 有限责任公司 有限責任公司 有限公司 株式会社 有限会社 合同会社 주식회사 유한회사 (주) (株)
"""


def _spelled(text: str) -> frozenset[tuple[str, ...]]:
    """Read forms of several words, which "|" and line ends part."""
    return frozenset(tuple(form.split()) for form in text.replace("\n", "|").split("|") if form)


def _words(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset((word,) for word in text.split())


FORMS = _spelled(_LONG) | _words(_SHORT)
"""At the end of a name."""

FORMS_IN_FRONT = _words(_IN_FRONT)
"""Some countries write them first: PT Astra, OOO Vektor, AB Volvo."""

LONGEST = max(map(len, FORMS))

FILLER = frozenset(_FILLER.split())
"""Left out where names are compared loosely: two companies may differ in nothing else, so it costs confidence."""

NOBODY = _spelled(_NOBODY)
"""What people write who have no company, or do not want to say it."""

UNSPACED = tuple(_UNSPACED.split())
"""Forms of scripts that part no words."""

"""English words that say the same in a review of anything: grammar, praise, blame, and nouns that name nothing.

Lists, not a parser: what reviews speak of is found by frequency between these (`features.py`). Other languages have
none, and so no features.
"""

from typing import Final

_DETERMINERS = "the a an my your his her its our their any some no every each these those"
_GRAMMAR = """
    a about above across actually after again against ago ahead all almost along alongside already also although
    always am among an and another any anybody anymore anyone anything anyway anywhere apart are aren't around as
    aside at away back barely basically be because been before behind being below beneath beside besides between
    beyond both but by came can can't cannot certainly clearly come comes coming could couldn't currently definitely
    did didn't do does doesn't doing don't done down dozen due during each easily eight either else enough especially
    etc even eventually ever every everybody everyone everything exactly except extremely fairly far few finally first
    five for four from fully further gave generally get gets getting give given gives giving go goes going gone gonna
    got gotten had hadn't half has hasn't have haven't having he he's her here here's hers herself him himself his
    hopefully how however hundred i i'd i'll i'm i've if immediately in indeed inside instead into is isn't it it'd
    it'll it's its itself just keep keeps kept last lately later least less let let's like likely lots made mainly
    make makes making many may maybe me merely might mine more moreover most mostly much must my myself near nearly
    neither never nevertheless next nine no nobody none nonetheless nor normally not nothing now nowhere obviously
    occasionally of off often ok okay on once one ones only onto or other others otherwise our ours ourselves out
    outside over overall own particularly per perhaps personally please plus possibly previously probably properly put
    puts putting quickly quite rarely rather really recently regardless same second seldom seriously seven several
    shall she she's should shouldn't simply since six slightly so some somebody somehow someone something sometimes
    somewhat somewhere soon still such supposedly sure surely ten than that that'll that's the their theirs them
    themselves then there there's therefore these they they'd they'll they're they've third this those though thousand
    three through throughout thus till to together too totally toward towards truly twice two typically under
    unfortunately unless unlike until up upon us use used uses using usually various very via was wasn't we we'd we'll
    we're we've well went were weren't what what's whatever when whenever where wherever whether which whichever while
    who who's whoever whole whom whose why will with within without won't would wouldn't yes yet you you'd you'll
    you're you've your yours yourself zero
"""
_VERBS = """
    add added adding adds agree allow allows appear appears arrive arrived ask asked avoid become began begin believe
    bought break breaks bring brings broke broken build built buy buying call called cannot care carry catch change
    changed check choose chose connect consider considered considering cut decide decided depend depends describe
    designed disappoint drop end ended ending expect expected expecting fall fell felt figure find finding fit fits
    fitted found gone guess happen happened hear heard help helps hold holding holds hope imagine improve include
    included includes install installed intended keep knew know known lack lasted lasts learn learned learning leave
    leaves left let live look looked looking looks lose lost mean means meant mention mentioned mind move moved need
    needed needing needs notice noticed offer offers open order ordered own owned owning paid pay place play played
    playing plays plugged prefer prevent produce produced provide provided provides pull purchase purchased purchasing
    push ran rated read reading realize received recommend recommended remember remove replace replaced replacing
    require requires return returned review reviewed reviewing run running runs said saw say saying says see seeing
    seem seemed seems seen sell send sent set sit sits sitting sold sounded speak spend spent start started stay
    stayed stays stick stop stopped suggest suppose supposed take taken takes taking talk talking tell test tested
    thank thanks think thinking thought throw told took tried try trying turn turned turns understand understood
    update updated wait walk want wanted wanting wants watch wear wish wonder work worked working works worry write
    writing written wrote
"""
_GENERAL_NOUNS = """
    ability accident addition advantage advice age alternative amazon amount answer applications aspect attempt
    attention audience backup bang bargain beauty beginner beginners beginning benefit biggest bill bit bonus brand
    brother brothers buck bucks budget bunch capabilities car cash cat cents chance chances child children choice
    chore circumstances claims class combination comment comments companies company comparison compliments concept
    concern concerns condition confidence confusion conversation corner country couple customer customers dad daughter
    daughters day days deal decade decades decision degree description detail details device difference difficulty
    direction disaster discount dollar dollars door doubt drawback dream ease edit effort end environment equipment
    error everyday evidence exact example excess expectation expectations experience expert explanation extent eye
    eyes fact factor factory family fan fault favor feature features feel feeling feelings finer folks following form
    fraction freak friend friends front fun function future gift girlfriend godsend grandson group guess guy guys
    habit hand hands hassle headache heck hell help hint hour hours house husband idea impression improvement inch
    inches information internet investment issue issues item items job jobs kid kids kind kinds knockoff lady lady's
    latest life lifetime liking limit list log lot lots luck mail maker makers man manner manufacturer manufacturers
    mark market match matter mess middle minute minutes mistake model models mom moment money month months name need
    needs negative newbie night novelty novice number numbers opinion opinions option options order others owner
    owners package pain pair parent part parts past penny people percent person phone photo photos phrase pics picture
    pictures piece pieces place places plenty point points policy possibility potential preference problem problems
    process product products profile program purchase purchases purpose purposes question questions rating reason
    reasons reference replacement research respect rest result results review reviewer reviewers reviews right risk
    satisfaction school search second seconds selection seller sense shipment shop shortcomings shot show shows side
    sides sign signs site situation situations size skill skills smile solution son sort spare spot star stars state
    statement steal step store story student students stuff style subject success suggestion suggestions surprise
    surprises tad task taste teens term terms testament thing things thought thoughts time times title today tomorrow
    ton tonight tons tool tools top total touch toy trick trip trouble truth tutorials type types understanding
    unfortunate unit update upgrade user users variation variations variety vendor verge version versions waste way
    ways web website week weeks while wife win winner woman word words world year years yesterday
"""
_QUALITIES = """
    able actual available better big black blue bottom brown certain clean cold common complete cool correct dark
    different double dry early entire exact extra fair fast fellow final fine former free full general green grey half
    happier heavy high higher hot huge inner large larger late latter left light little live local long longer loud
    low lower main major mini minor multiple narrow new newer nicer old older open opposite original outer particular
    pink possible present pretty previous proper pure quick rare real recent red regular round separate serious short
    shorter side silver similar simple single slow small smaller soft special specific standard strong sudden tall
    thick thin tiny top total true typical unique usual warm wet white wide wooden yellow young younger
"""
_PRAISE = """
    accurate amazing attractive awesome beautiful bright brilliant clear clever comfortable convenient crisp decent
    delicious delighted dependable durable easiest easy effective effortless elegant enjoyable excellent excellently
    exceptional fabulous fantastic fast favorite favourite flawless flexible fun genuine glad good gorgeous grateful
    great greatest handy helpful high-quality impressed impressive incredible intuitive invaluable lovely marvelous
    neat nice nicest outstanding perfect perfection phenomenal pleasant pleasing pleasure powerful precise premium
    quiet reliable remarkable responsive rich robust rock-solid sharp sleek smooth solid spectacular splendid stable
    steady stellar strong stunning sturdy stylish subtle superb superior sweet terrific tight top-notch top-quality
    tough transparent useful valuable versatile vibrant warm well-built well-made wonderful wonderfully worthwhile
    worthy
"""
_PRAISING = """
    accurately adore amazingly beautifully best comfortably consistently easily enjoy enjoyed enjoying exceptionally
    flawlessly happy impressively incredibly liked love loved loves nicely perfectly pleased quality recommend
    remarkably satisfied smoothly solidly stunningly super superbly thrilled well worth
"""
_BLAME = """
    annoy annoyed annoying annoyingly awful awfully awkward bad badly broke broken bulky cheap-looking cheaply clumsy
    complain complaint complaints con confusing cons crap crappy damage damaged defective difficult disappointed
    disappointing disappointment downside dull fail failed fails failure fake faulty flaw flaws flimsy fragile
    frustrating garbage hard hate hated horrible inaccurate inconsistent inferior junk lack lacking lacks mediocre
    messy muddy noisy overpriced painful pathetic pointless poor poorly pricey regret ridiculous shame shoddy sloppy
    terrible trash ugly unacceptable uncomfortable unhappy unreliable unusable useless waste weak worse worst wrong
"""
_DENIALS = """
    ain't aren't barely can't cannot couldn't didn't doesn't don't hadn't hardly hasn't haven't isn't neither never no
    nor not nothing shouldn't wasn't weren't without won't wouldn't
"""
_CONTRASTS = "but however although though despite except unless nevertheless nonetheless yet only"
_LINKS = """
    am appear appears are be been being came come comes comfortably did do does feel feels felt fit fits fitted get
    gets give gives got had handle handles has have held hold holds is keep keeps kept look looked looks made make
    makes perform performs play plays produce produces provide provides seem seems sit sits sound sounded sounds stay
    stayed stays was were work worked works
"""
_PURCHASE = """
    affordable amazon buck bucks cheap cheaper cost costs deal delivered delivery dollar dollars inexpensive low-cost
    money order package packaged packaging price priced prices pricing reasonable reasonably refund seller service
    ship shipped shipping value
"""

DETERMINERS: Final = frozenset(_DETERMINERS.split())
"""Words behind which a noun, or what describes it, comes."""
PRAISE: Final = frozenset(f"{_PRAISE} {_PRAISING}".split())
"""Opinions in favour."""
BLAME: Final = frozenset(_BLAME.split())
"""Opinions against."""
OPINIONS: Final = PRAISE | BLAME
BEFORE_NOUNS: Final = DETERMINERS | frozenset(_PRAISE.split())
"""Behind these a noun is met more often than any other kind of word."""
DENIALS: Final = frozenset(_DENIALS.split())
"""Words that turn an opinion behind them round."""
CONTRASTS: Final = frozenset(_CONTRASTS.split())
"""Words behind which a sentence takes something back."""
LINKS: Final = frozenset(_LINKS.split())
"""Verbs by which something is praised that stands before them."""
GRAMMAR: Final = frozenset(_GRAMMAR.split()) | DETERMINERS | DENIALS
"""Words that name nothing and hold a sentence together."""
NO_FEATURES: Final = GRAMMAR | OPINIONS | frozenset(f"{_VERBS} {_GENERAL_NOUNS} {_QUALITIES} {_PURCHASE}".split())
"""Words that are no feature of a thing; what belongs to buying it is among them."""

"""Grounding, reading: the words that change what a clause claims, by what they do.

`scope` says what each group does to the mood; here they only stand together.
"""

from datagen.checks.grounding.word_classes import DETERMINERS, PREPOSITIONS, split_set

VISIBLE = split_set(
    "seen spotted found observed noticed made visible identified viewed recognized recognised spied discerned "
    "distinguished counted located glimpsed read"
)
FINDING = split_set("see spot observe find notice identify discern recognize")
SEE = split_set("see spot observe find notice make read tell count view identify discern recognize")
NOT_A_VERB = DETERMINERS | PREPOSITIONS | split_set(
    "left right top bottom back front side him them us me him her one two three four five six seven eight nine ten people other "
    "others various multiple nearby large small different him school work bed town "
    "camera viewer center centre rear far more least what whom which where ,"
)  # fmt: skip
PREPOSITION_TO = split_set(
    "next close closer closest due addition adjacent similar attached belong belongs belonging connected near nearer "
    "opposite parallel according thanks compared back up down over side left right front tied leads lead "
    "leading contrast related listening talking speaking speaks talks listens responds linked hooked "
    "secured strapped chained fastened hitched adds adding contributes contributing referring pertaining "
    "comes come coming goes going gone went goes corner closest perpendicular glued taped pinned stuck "
    "access entrance way exposed accustomed thanks owing prior subject amounts equal limited"
)
RAISING = split_set("appears appear appeared seems seem seemed looks look proves")
PLAIN_TO = split_set(
    "happens happen continues continue begins begin starts start continuing starting beginning proceeds manages"
)
FOR_HEADS = split_set(
    "waiting wait waits looking look looks searching perfect suitable used space ready designed reserved intended "
    "ideal place room spot area meant prepared prepares preparing asking need needs opportunity "
    "popular known watching great good necessary useful essential important purposes allow allows "
    "designated destination convenient hoping common typical equipped suited dressed hunting except exception"
)
HEDGES = split_set(
    "thinking sell sells sold perhaps maybe possibly probably presumably likely supposedly seemingly potentially apparently "
    "suggest suggests suggesting suggested imply implies implying indicate indicates indicating hint hints "
    "hinting imagine imagines imagining think thinks guess assume assuming suppose believe wonder wondering "
    "hopefully conceivably perchance arguably unlikely unclear uncertain unsure probable evokes evoking "
    "evoke reminiscent resemble resembles resembling symbolize symbolizes symbolizing "
    "represent represents representing reminds supposed expected supposing whether"
)
MODALS = split_set("may might could shall 'd")
NONES = split_set(
    "possible potential warn warns warning lack lacks lacking protect protects protecting should must would wouldn't shouldn't couldn't mustn't recommend recommended consider considering ensure "
    "ensures ensuring avoid avoids avoiding prevent prevents preventing need needs require requires requiring "
    "want wants important essential crucial vital remember hope hopes hoping advisable advise better will 'll won't "
    "if unless whenever when until wish prefer prefers allow allows allowing enable enables enabling help "
    "helps helping encourage encourages encouraging imagine deter deters deterring lest otherwise "
    "provided enjoyable"
)
GENERAL = split_set(
    "typical traditional often usually typically commonly generally normally frequently tend tends sometimes traditionally "
    "occasionally always rarely never seldom"
)
FRESH = split_set("while but whereas although though because ; yet")
COUNTING = split_set("more less fewer other")
LIMITED = split_set("size than unlike instead rather like versus")
ROLES = split_set(
    "serves serve serving served works work working acts act acting used known functions function "
    "described seen such same regarded considered depicted shown presented dressed"
)
MOMENTS = split_set("the his her their its this these those")
TIN_OWNERS = split_set("a the his her their beer soda tin metal aluminum trash garbage")

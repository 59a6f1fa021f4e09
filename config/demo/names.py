"""Invented people and units, with the surnames and given names of a north-eastern city (domain.md 6.2–6.4)."""

from config.demo.chance import Chance

# Share in percent; 王 李 张 刘 赵 孙 于 姜 曲 are raised, as in the north-east.
_SURNAMES = {
    "王": 9.5, "李": 9.2, "张": 8.8, "刘": 7.2, "陈": 3.2, "杨": 3.0, "黄": 1.2, "赵": 4.2, "吴": 1.6, "周": 1.5,
    "徐": 1.8, "孙": 3.4, "马": 1.8, "朱": 1.1, "胡": 0.9, "郭": 1.4, "何": 0.8, "高": 1.5, "林": 0.8, "罗": 0.5,
    "郑": 0.8, "梁": 0.7, "谢": 0.5, "宋": 1.3, "唐": 0.6, "韩": 1.3, "许": 0.7, "冯": 0.7, "邓": 0.4, "曹": 0.7,
    "彭": 0.3, "曾": 0.3, "于": 2.0, "董": 0.9, "田": 0.6, "姜": 1.6, "范": 0.5, "曲": 1.0, "单": 0.2, "解": 0.2,
    "欧阳": 0.15, "司马": 0.05, "上官": 0.05, "诸葛": 0.05,
}  # fmt: skip
_GIVEN = {
    1945: ["建国", "桂兰", "淑英", "秀英", "玉珍", "德福", "淑芬", "凤琴", "殿军", "玉兰", "福来", "素珍", "振华", "桂芝"],
    1960: ["建军", "丽华", "志强", "秀梅", "国庆", "红梅", "立新", "晓东", "卫东", "淑梅", "永刚", "凤霞", "庆国", "丽娟"],
    1975: ["伟", "静", "丽", "磊", "敏", "强", "艳", "超", "海涛", "晓燕", "立娜", "春雨", "大勇", "雪梅", "洪波", "佳"],
    1990: ["婷", "欣怡", "浩然", "子轩", "雨涵", "雪", "思琪", "宇航", "佳琪", "天宇", "梦瑶", "一鸣", "博文", "嘉怡"],
}  # fmt: skip
_COHORTS = {1945: 0.22, 1960: 0.36, 1975: 0.30, 1990: 0.12}
# A second syllable in front, so that ten thousand people do not share two hundred names.
_FIRST_SYLLABLES = "文玉春海志永秀晓立洪宝庆金荣国树凤桂佳明"
_XINJIANG = 0.02
_UYGHUR_GIVEN = [
    "阿依古丽",
    "艾力",
    "古丽娜尔",
    "买买提",
    "吐尔逊",
    "帕提古丽",
    "热依汗",
    "阿不都热合曼",
    "努尔兰",
    "巴合提",
]
_UYGHUR_FATHERS = [
    "买买提",
    "吐尔逊",
    "叶尔江",
    "艾山",
    "阿卜杜拉",
    "卡德尔",
    "玉素甫",
    "哈力克",
    "阿不力米提",
    "努尔哈力",
]

_UNITS = {
    "school": ["第{n}中学", "第{n}小学", "实验学校{n}部"],
    "committee": ["{community}社区居民委员会", "{community}社区卫生服务站", "{community}养老服务中心"],
    "company": [
        "{word}商贸有限公司",
        "{word}物业服务有限公司",
        "{word}餐饮管理有限公司",
        "{word}机械制造有限公司",
    ],
    "shop": [
        "老{surname}麻辣烫",
        "{word}超市",
        "{word}大药房",
        "{surname}家面馆",
        "{word}理发店",
        "{word}五金商店",
    ],
    "bath": ["{word}洗浴中心", "{word}洗车行"],
}
_UNIT_WORDS = "鑫隆盛达瑞祥和兴恒通汇丰嘉泰永顺宏远福源德信金阳百川"
_NUMERALS = "一二三四五六七八九十"


def person_name(chance: Chance) -> tuple[str, int]:
    """A name and a year of birth that fit each other."""
    cohort = chance.one_of(_COHORTS)
    born = chance.randint(cohort, cohort + 14)
    if chance.happens(_XINJIANG):
        return f"{chance.choice(_UYGHUR_GIVEN)}·{chance.choice(_UYGHUR_FATHERS)}", born
    given = chance.choice(_GIVEN[cohort])
    if (len(given) == 1 and chance.happens(0.6)) or (len(given) == 2 and chance.happens(0.3)):
        given = chance.choice(_FIRST_SYLLABLES) + given[-1]
    return chance.one_of(_SURNAMES) + given, born


def unit_name(chance: Chance, kind: str, community: str) -> str:
    word = "".join(chance.sample(_UNIT_WORDS, 2))
    name = chance.choice(_UNITS[kind]).format(
        n=_numeral(chance.randint(2, 99)), community=community, word=word, surname=chance.one_of(_SURNAMES)
    )
    return name if kind in ("shop", "committee") else f"沈阳市{name}" if kind == "school" else f"沈阳{name}"


def _numeral(number: int) -> str:
    """二 to 九十九."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_NUMERALS[tens - 1]}十"
    return head + (_NUMERALS[ones - 1] if ones else "")

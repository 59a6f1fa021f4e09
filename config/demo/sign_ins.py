"""Who works in the demo company, and how each of them signs in."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import Staff

PASSWORD = "nuanchuang-2026"  # noqa: S105 - known to everybody on purpose; the command refuses in production
Post = Staff.Post


@dataclass(frozen=True, slots=True)
class Person:
    """One sign-in. `hall` is the hall somebody works in; `branch` 0 is the company as a whole."""

    number: str
    name: str
    name_en: str
    post: Post
    branch: int
    hall: int = 0


def _cashiers_and_advisers() -> Iterator[Person]:
    """The twenty people at the windows."""
    halls = {1: 1, 2: 1, 3: 2}
    cashiers = [
        ("王淑芬", "Wang Shufen"), ("李秀梅", "Li Xiumei"), ("张丽华", "Zhang Lihua"), ("刘艳", "Liu Yan"),
        ("赵欣怡", "Zhao Xinyi"), ("孙静", "Sun Jing"), ("于婷婷", "Yu Tingting"), ("姜雪", "Jiang Xue"),
        ("曲敏", "Qu Min"), ("陈超", "Chen Chao"), ("杨桂兰", "Yang Guilan"), ("周磊", "Zhou Lei"),
        ("吴雨涵", "Wu Yuhan"), ("欧阳红", "Ouyang Hong"),
    ]  # fmt: skip
    for index, (name, name_en) in enumerate(cashiers):
        hall = index % 3 + 1
        yield Person(f"{1001 + index}", name, name_en, Post.CASHIER, halls[hall], hall)
    advisers = [
        ("徐丽", "Xu Li"), ("马晓燕", "Ma Xiaoyan"), ("胡敏", "Hu Min"), ("郭玉珍", "Guo Yuzhen"),
        ("何静怡", "He Jingyi"), ("高洁", "Gao Jie"),
    ]  # fmt: skip
    for index, (name, name_en) in enumerate(advisers):
        hall = index % 3 + 1
        yield Person(f"{1501 + index}", name, name_en, Post.ADVISER, halls[hall], hall)


PEOPLE = (
    *_cashiers_and_advisers(),
    Person("2001", "林国庆", "Lin Guoqing", Post.SUPERVISOR, 1, 1),
    Person("2002", "罗志强", "Luo Zhiqiang", Post.SUPERVISOR, 1, 2),
    Person("2003", "郑秀英", "Zheng Xiuying", Post.SUPERVISOR, 2, 3),
    Person("3001", "梁建军", "Liang Jianjun", Post.COLLECTOR, 1),
    Person("3002", "谢伟", "Xie Wei", Post.COLLECTOR, 1),
    Person("3003", "宋浩然", "Song Haoran", Post.COLLECTOR, 1),
    Person("3004", "唐强", "Tang Qiang", Post.COLLECTOR, 2),
    Person("3005", "艾力·吐尔逊", "Eli Tursun", Post.COLLECTOR, 2),
    Person("3006", "韩德福", "Han Defu", Post.COLLECTOR, 2),
    Person("4001", "许淑英", "Xu Shuying", Post.COMPLAINTS, 1),
    Person("4002", "冯丽", "Feng Li", Post.COMPLAINTS, 2),
    Person("5001", "邓玉珍", "Deng Yuzhen", Post.FINANCE, 0),
    Person("5002", "曹敏", "Cao Min", Post.FINANCE, 0),
    Person("6001", "彭建国", "Peng Jianguo", Post.MANAGER, 0),
    Person("7001", "曾静", "Zeng Jing", Post.AUDITOR, 0),
    Person("9001", "董磊", "Dong Lei", Post.ADMINISTRATOR, 0),
)


def sign_in_table() -> list[str]:
    """Lines of number, name, role and password, for the terminal."""
    rows = [("number", "name", "role", "password")]
    rows += [(one.number, f"{one.name} {one.name_en}", one.post.value.lower(), PASSWORD) for one in PEOPLE]
    return [
        "  ".join(_wide(cell, width) for cell, width in zip(row, (7, 28, 14, 0), strict=True)).rstrip()
        for row in rows
    ]


def _wide(text: str, width: int) -> str:
    """Pad to a width on the screen, where a Chinese character takes two columns."""
    return text + " " * (width - sum(2 if letter >= "⺀" else 1 for letter in text))

"""The columns of a roster, under the names that companies give them."""

from collections.abc import Mapping, Sequence

from accounts.folding import fold

HEADINGS: Mapping[str, Sequence[str]] = {
    "account_no": ("户号", "用户编号", "客户编号", "用户号", "account number", "account"),
    "old_account_no": ("旧户号", "原户号", "旧用户编号", "old account number"),
    "name": ("户名", "用户", "用户名", "用户名称", "客户名称", "姓名", "户主", "业主", "customer", "customer name"),
    "kind": ("用户类型", "客户类型", "customer kind"),
    "id_number": ("证件号", "证件号码", "身份证号", "身份证号码", "身份证", "id number"),
    "unified_code": ("统一社会信用代码", "信用代码", "unified social credit code"),
    "phones": ("电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "phone", "telephone"),
    "service": ("服务", "服务类型", "业务", "业务类型", "service"),
    "category": (
        "用水性质", "用热性质", "用气性质", "用电性质", "用水类别", "用热类别", "用气类别", "用电类别",
        "性质", "类别", "用户性质", "category", "category of use",
    ),
    "address": ("地址", "用水地址", "用热地址", "用气地址", "用电地址", "用户地址", "详细地址", "address"),
    "street": ("街道", "道路", "街路", "路名", "门牌", "street"),
    "community": ("小区", "小区名称", "community"),
    "building": ("楼", "楼号", "楼栋", "栋", "栋号", "幢", "building"),
    "unit": ("单元", "单元号", "unit"),
    "room": ("室", "室号", "房号", "房间号", "户室", "room"),
    "district": ("片区", "片区编号", "片区代码", "片区编码", "district", "district code"),
    "branch": ("营业部", "营业部编号", "营业部代码", "营业所", "branch", "branch code"),
    "building_area": ("建筑面积", "building area"),
    "inner_area": ("套内面积", "inner area"),
    "billed_area": ("收费面积", "计费面积", "billed area"),
    "persons": ("人口", "人口数", "家庭人口", "用户人口", "household size", "persons"),
    "shared_households": ("合表户数", "shared households"),
    "low_income_no": ("低保证号", "低保证", "low-income certificate"),
    "low_income_until": ("低保有效期", "低保有效期至", "low-income certificate valid until"),
    "opened_on": ("开户日期", "开户时间", "opened on"),
    "closed_on": ("销户日期", "销户时间", "closed on"),
    "state": ("状态", "用户状态", "state"),
}  # fmt: skip
NEEDED = ("account_no", "name", "service", "district", "opened_on")

SERVICES = {
    "HEAT": ("供热", "供暖", "热力", "暖气", "热", "采暖", "用热"),
    "GAS": ("燃气", "供气", "天然气", "煤气", "气", "用气"),
    "WATER": ("供水", "自来水", "水", "用水"),
    "ELECTRICITY": ("供电", "电力", "电", "用电"),
}
CATEGORIES = {
    "RESIDENT": ("居民", "居民生活", "居民用水", "居民用热", "居民用气", "居民用电", "民用"),
    "RESIDENT_SHARED": ("合表", "居民合表", "合表户", "合表居民"),
    "RESIDENT_PRICE_UNIT": ("执行居民价格的单位", "执行居民价格的非居民用户", "居民价单位", "学校"),
    "NONRESIDENT": ("非居民", "单位", "工商业", "工业", "商业", "公建", "非居"),
    "SPECIAL": ("特种", "特种行业", "特行"),
}
STATES = {
    "PENDING": ("未开户", "待开户", "未开通"),
    "ACTIVE": ("在用", "正常", "开通", "已开户", "使用中"),
    "SUSPENDED": ("报停", "暂停"),
    "RESTRICTED": ("限供", "限热", "限水", "限气", "限电"),
    "STOPPED": ("停供", "停热", "停水", "停气", "停电"),
    "CLOSED": ("销户", "注销", "已销户"),
}
KINDS = {"PERSON": ("个人", "自然人", "居民"), "UNIT": ("单位", "企业", "法人", "机构")}


def codes_of(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The code behind every word, folded: 供热 → HEAT. A code is a word too, in small or capital letters."""
    return {fold(word): code for code, names in words.items() for word in (code, *names)}


def find_columns(cells: Sequence[str]) -> dict[str, int]:
    """Which column of the file holds what. A name that stands twice is taken where it stands first."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        column = column_of(cell)
        if column:
            found.setdefault(column, index)
    return found


def column_of(heading: str) -> str | None:
    # 建筑面积(㎡), 电话 *: the unit and the star belong to the reader.
    bare = fold(heading).split("(")[0].rstrip(":*").strip()
    for column, names in HEADINGS.items():
        if bare == column or bare.replace("_", " ") in names:
            return column
    return None

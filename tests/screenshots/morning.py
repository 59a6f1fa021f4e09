import datetime
from zoneinfo import ZoneInfo

# A Friday of the heating season, when the hall has been open for an hour and a half.
NOW = datetime.datetime(2026, 11, 20, 9, 40, tzinfo=ZoneInfo("Asia/Shanghai"))

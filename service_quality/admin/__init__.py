from service_quality.admin import matters, ratings

__all__ = ["matters", "ratings"]

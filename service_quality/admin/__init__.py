from service_quality.admin import matters

__all__ = ["matters"]

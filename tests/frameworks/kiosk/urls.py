"""Where the kiosk takes webhooks."""

from django.urls import path
from frameworks.kiosk import views

urlpatterns = [
    path("webhooks/steppay", views.take),
    path("async", views.take_async),
    path("thread", views.take_in_thread),
    path("any-thread", views.take_in_any_thread),
    path("late", views.take_late),
    path("raise", views.take_and_raise),
    path("form", views.take_as_a_form),
    path("slash/", views.take),
    path("nothing", views.take_nothing),
]

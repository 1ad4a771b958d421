"""The queue: who may buy now, who is next, and what moves it on."""

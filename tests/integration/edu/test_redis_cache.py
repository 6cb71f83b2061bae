"""The cache keeps one client a process and says the same as Django's own."""

from edu.settings.redis_cache import RedisCache


def test_one_client_serves_all_calls():
    cache = RedisCache("redis://127.0.0.1:1/0", {})
    first = cache._cache.get_client("a", write=True)
    assert cache._cache.get_client("b") is first
    assert first.connection_pool is cache._cache._get_connection_pool(write=True)

import pytest

from edu.core.money import money_label


@pytest.mark.parametrize(
    ("minor", "currency", "language", "label"),
    [
        (19900, "CNY", "zh-hans", "¥199.00"),
        (19900, "CNY", "en", "CN¥199.00"),
        (129900, "CNY", "en-gb", "CN¥1,299.00"),
        (-500, "CNY", "zh-hans", "-¥5.00"),
        (19900, "JPY", "zh-hans", "JP¥19,900"),
        (19900, "JPY", "en", "¥19,900"),
        (19900, "USD", "zh-hans", "US$199.00"),
        (19900, "USD", "en", "$199.00"),
        (1500, "KWD", "en", "KWD1.500"),
        (0, "CNY", "zh-hans", "¥0.00"),
    ],
)
def test_money_is_written_as_the_reader_of_a_language_writes_it(minor, currency, language, label):
    assert money_label(minor, currency, language=language) == label

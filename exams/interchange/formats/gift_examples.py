"""The template in GIFT, in Chinese and in English: an example of each type that GIFT carries."""

GIFT_ZH = """// 每题之间空一行；= 是正确答案，~ 是错误答案，# 后面是反馈。
$CATEGORY: 第一章/会计基础

企业会计确认、计量和报告的基础是？{=权责发生制#正确 ~收付实现制 ~现金制 ~定期盘存制}

下列属于流动资产的有？{~%33.33333%存货 ~%33.33333%应收账款 ~%33.33333%货币资金 ~%-100%固定资产}

资产\\=负债+所有者权益。{T}

借贷记账法下“有借必有贷”的后半句是？{=借贷必相等}

原价 60000 元、残值率 4%、10 年直线法，每月折旧多少元？{#480:0.01}

把凭证与用途连起来。{=收款凭证 -> 记录收款业务 =付款凭证 -> 记录付款业务 =转账凭证 -> 记录不涉及现金的业务}

简述权责发生制的含义。{}
"""
GIFT_EN = """// A blank line stands between questions; = is right, ~ is wrong, # begins feedback.
$CATEGORY: Chapter 1/Centre

Which measure is least moved by one extreme value?{=the median#Right ~the mean ~the range}

Which of these are measures of spread?{~%50%the range ~%50%the standard deviation ~%-100%the mode}

A standard deviation can be negative.{F}

What is the middle value of ordered data called?{=median =the median}

What is the mean of 2, 4 and 9?{#5:0.01}

Match each term with its meaning.{
=mean -> sum divided by count
=mode -> most frequent value
=range -> largest minus smallest}

When would you report the median instead of the mean?{}
"""


def example(language: str, /) -> bytes:
    """Return the template."""
    return (GIFT_ZH if language.startswith("zh") else GIFT_EN).encode()

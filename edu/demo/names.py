"""Invented names, Chinese and others."""

import random

FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴"
)
GIVEN = """
思远 雨桐 子涵 晓彤 志强 建华 丽娜 文静 俊杰 海燕 浩然 诗琪 明轩 婉清 国栋 淑芬 天宇 梦洁 立新 佳怡
泽宇 若曦 永康 秋月 家豪 雅琴 景行 安然 亦凡 书瑶 振宇 慧敏 启明 乐瑶 承志 春燕 一诺 知夏 向阳 念慈
"""
OTHERS = """
Amara Okafor, Jonas Lindqvist, Priya Raman, Mateo Alvarez, Hannah Weiss, Kenji Mori, Leila Haddad, Tom Whitfield,
Sofia Rossi, Daniel Mensah, Ingrid Solberg, Arjun Mehta, Claire Fontaine, Peter Novak, Aisha Karim
"""


def learner_names(count: int, chance: random.Random) -> list[str]:
    """Return `count` names, about a fifth of them not Chinese; names may recur, as among people."""
    given = GIVEN.split()
    others = [name.strip() for name in OTHERS.split(",")]
    return [
        chance.choice(others) if chance.random() < 0.2 else chance.choice(FAMILY) + chance.choice(given)
        for _number in range(count)
    ]

"""The template of a question paper, as text and in Word, in Chinese and in English: an example of each type that lines
of a paper carry without a doubt.

A short answer is always asked about, since lines do not say whether other words are right too; items to be matched or
ordered are known in Chinese papers only, by the heading above them.
"""

import io
import zipfile
from xml.sax.saxutils import escape

PAPER_ZH = """一、单选题

1. 企业会计确认、计量和报告的基础是（　）。
A. 权责发生制
B. 收付实现制
C. 现金制
D. 定期盘存制
答案：A
解析：企业应当以权责发生制为基础。
难度：2
分值：2
知识点：第一章 > 会计基础

二、多选题

2. 下列属于流动资产的有（　）。
A. 存货
B. 应收账款
C. 固定资产
D. 货币资金
答案：ABD
解析：固定资产是非流动资产。

三、判断题

3. 资产=负债+所有者权益。
答案：对

四、填空题

4. 会计的基本职能是____和____。
答案：核算|反映；监督

五、数值题

5. 原价 60000 元、残值率 4%、10 年直线法，每月折旧多少元？
答案：480±0.01

六、问答题

6. 简述权责发生制的含义。
答案：凡是当期已经实现的收入和已经发生的费用，不论款项是否收付，都作为当期的收入和费用。
分值：10

七、配对题

7. 把凭证与用途连起来。
A. 收款凭证 = 记录收款业务
B. 付款凭证 = 记录付款业务
C. 转账凭证 = 记录不涉及现金的业务

八、排序题

8. 按账务处理的先后排序。
A. 填制凭证
B. 登记账簿
C. 编制报表
答案：ABC

阅读下面的材料，回答第 9～10 题。
甲公司 6 月 1 日购入一台设备，价款 60 000 元，预计使用 10 年。

9. （单选题）该设备应计入哪个科目？
A. 固定资产
B. 存货
C. 管理费用
答案：A

10. （判断题）购入当月就要计提折旧。
答案：错
"""
PAPER_EN = """1. Which measure is least moved by one extreme value?
A. the median
B. the mean
C. the range
Answer: A
Explanation: Only the middle of the ordered values counts.
Difficulty: 2

2. Which of these are measures of spread?
A. the range
B. the mode
C. the standard deviation
Answer: AC

3. A standard deviation can be negative.
Answer: false

4. Mean, ____ and ____ describe the centre.
[Type] Fill in the blanks
Answer: median; mode|modal value

5. What is the mean of 2, 4 and 9?
[Type] Numerical
Answer: 5±0.01

6. When would you report the median instead of the mean?
[Type] Essay
Answer: When the data are skewed or hold outliers.

Read the passage and answer questions 7-8.
Seven students needed 4, 5, 5, 6, 7, 9 and 20 minutes for a task.

7. What is the median?
A. 5
B. 6
C. 7
Answer: B

8. The mean is greater than the median.
Answer: true
"""

_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_BEGIN = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
)


def text_example(language: str, /) -> bytes:
    """Return the template as text that every editor opens as UTF-8."""
    return b"\xef\xbb\xbf" + _paper(language).encode().replace(b"\n", b"\r\n")


def word_example(language: str, /) -> bytes:
    """Return the template as a Word file: a paragraph a line, headings of sections in bold."""
    stream, body = io.BytesIO(), "".join(map(_paragraph, _paper(language).splitlines()))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", f"{_BEGIN}{body}</w:body></w:document>"),
        ):
            # A fixed moment, so that the same template is the same bytes.
            package.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return stream.getvalue()


def _paper(language: str) -> str:
    return PAPER_ZH if language.startswith("zh") else PAPER_EN


def _paragraph(line: str) -> str:
    bold = "<w:rPr><w:b/></w:rPr>" if line[1:2] == "、" else ""
    return f'<w:p><w:r>{bold}<w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' if line else "<w:p/>"

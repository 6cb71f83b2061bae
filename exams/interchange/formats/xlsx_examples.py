"""The example rows of the spreadsheet template, in Chinese and in English: one for each type that fits a row, and a
passage with its questions."""

EXAMPLES_ZH: tuple[dict[str, str], ...] = (
    {
        "type": "单选题",
        "stem": "企业会计确认、计量和报告的基础是？",
        "option_a": "权责发生制",
        "option_b": "收付实现制",
        "option_c": "现金制",
        "option_d": "定期盘存制",
        "answer": "A",
        "explanation": "企业应当以权责发生制为基础。",
        "topic": "第一章 > 会计基础",
        "difficulty": "2",
        "marks": "2",
        "tags": "概念",
        "source": "《企业会计准则——基本准则》第九条",
    },
    {
        "type": "多选题",
        "stem": "下列属于流动资产的有？",
        "option_a": "存货",
        "option_b": "应收账款",
        "option_c": "固定资产",
        "option_d": "货币资金",
        "answer": "ABD",
        "explanation": "固定资产是非流动资产。",
        "topic": "第一章 > 会计要素",
        "difficulty": "中",
        "marks": "2",
    },
    {
        "type": "判断题",
        "stem": "资产=负债+所有者权益。",
        "answer": "对",
        "topic": "第一章 > 会计等式",
        "difficulty": "易",
    },
    {
        "type": "填空题",
        "stem": "会计的基本职能是____和____。",
        "answer": "核算|反映;监督",
        "explanation": "每空用分号隔开，同一空的多个答案用 | 隔开。",
    },
    {
        "type": "数值题",
        "stem": "原价 60000 元、残值率 4%、10 年直线法，每月折旧多少元？",
        "answer": "480±0.01 元",
    },
    {
        "type": "短答题",
        "stem": "借贷记账法下“有借必有贷”的后半句是？",
        "answer": "借贷必相等|*借贷必相等*",
    },
    {
        "type": "问答题",
        "stem": "简述权责发生制的含义。",
        "answer": "凡是当期已经实现的收入和已经发生的费用，不论款项是否收付，都作为当期的收入和费用。",
        "marks": "10",
    },
    {
        "type": "配对题",
        "stem": "把凭证与用途连起来。",
        "option_a": "收款凭证 = 记录收款业务",
        "option_b": "付款凭证 = 记录付款业务",
        "option_c": "转账凭证 = 记录不涉及现金的业务",
    },
    {
        "type": "排序题",
        "stem": "按账务处理的先后排序。",
        "option_a": "填制凭证",
        "option_b": "登记账簿",
        "option_c": "编制报表",
        "answer": "ABC",
    },
)
EXAMPLES_EN: tuple[dict[str, str], ...] = (
    {
        "type": "Single choice",
        "stem": "Which measure is least moved by one extreme value?",
        "option_a": "the median",
        "option_b": "the mean",
        "option_c": "the range",
        "answer": "A",
        "explanation": "Only the middle of the ordered values counts.",
        "topic": "Chapter 1 > Centre",
        "difficulty": "2",
        "marks": "2",
        "tags": "concept",
    },
    {
        "type": "Multiple choice",
        "stem": "Which of these are measures of spread?",
        "option_a": "the range",
        "option_b": "the mode",
        "option_c": "the standard deviation",
        "answer": "AC",
        "topic": "Chapter 1 > Spread",
        "difficulty": "medium",
    },
    {
        "type": "True or false",
        "stem": "A standard deviation can be negative.",
        "answer": "false",
    },
    {
        "type": "Fill in the blanks",
        "stem": "Mean, ____ and ____ describe the centre.",
        "answer": "median;mode|modal value",
        "explanation": "Blanks are separated by ; and alternatives by |.",
    },
    {
        "type": "Numerical",
        "stem": "What is the mean of 2, 4 and 9?",
        "answer": "5±0.01",
    },
    {
        "type": "Short answer",
        "stem": "What is the middle value of ordered data called?",
        "answer": "median|the median",
    },
    {
        "type": "Essay",
        "stem": "When would you report the median instead of the mean?",
        "answer": "When the data are skewed or hold outliers.",
        "marks": "10",
    },
    {
        "type": "Matching",
        "stem": "Match each term with its meaning.",
        "option_a": "mean = sum divided by count",
        "option_b": "mode = most frequent value",
        "option_c": "range = largest minus smallest",
    },
    {
        "type": "Ordering",
        "stem": "Put the steps of an experiment in order.",
        "option_a": "state the question",
        "option_b": "collect data",
        "option_c": "draw a conclusion",
        "answer": "ABC",
    },
)

PASSAGE_ZH: tuple[dict[str, str], ...] = (
    {
        "type": "材料题",
        "stem": "甲公司 6 月 1 日购入一台设备，价款 60 000 元，预计使用 10 年，残值率 4%，按直线法计提折旧。",
        "topic": "第二章 > 固定资产",
        "explanation": "材料占一行，各小题依次写在下面的行里，题型前写“小题：”。",
    },
    {
        "type": "小题：单选题",
        "stem": "该设备应计入哪个科目？",
        "option_a": "固定资产",
        "option_b": "存货",
        "option_c": "管理费用",
        "answer": "A",
        "marks": "2",
    },
    {
        "type": "小题：数值题",
        "stem": "每月折旧多少元？",
        "answer": "480±0.01 元",
        "marks": "3",
    },
)
PASSAGE_EN: tuple[dict[str, str], ...] = (
    {
        "type": "Reading material",
        "stem": "Seven students needed 4, 5, 5, 6, 7, 9 and 20 minutes for a task.",
        "topic": "Chapter 1 > Centre",
        "explanation": "The passage has a row; its questions follow on the rows below, with “Sub-question:” before "
        "their type.",
    },
    {
        "type": "Sub-question: Numerical",
        "stem": "What is the median?",
        "answer": "6",
        "marks": "2",
    },
    {
        "type": "Sub-question: True or false",
        "stem": "The mean is greater than the median.",
        "answer": "true",
    },
)

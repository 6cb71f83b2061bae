"""Small files in the ways that other tools write questions, distilled: name -> (file name, text, what each row gives).

A row gives (type, answer, marks, whether it is doubtful), or the beginning of why it is declined."""

SHAPES: dict[str, tuple[str, str, list[tuple[str, str | bool, str, bool] | str]]] = {
    "考试星 text": (
        "a.txt",
        "[单选题][易]社会主义核心价值观中，属于公民层面的是（ ）\n"
        "A.富强\n"
        "B.自由\n"
        "C.爱国\n"
        "D.公正\n"
        "答案：C\n"
        "解析：公民层面为爱国、敬业、诚信、友善。\n"
        "分数：2\n"
        "\n"
        "[多选题]下列属于四大发明的有（ ）\n"
        "A.造纸术\n"
        "B.印刷术\n"
        "C.地动仪\n"
        "D.火药\n"
        "答案：ABD\n"
        "解析：无\n"
        "\n"
        "[判断题]地球是圆的。\n"
        "答案：正确\n"
        "\n"
        "[填空题]中国的首都是____，最长的河流是____。\n"
        "答案：北京|长江\n",
        [
            ("single_choice", "c", "2", False),
            ("multiple_choice", "abd", "1", False),
            ("true_false", True, "1", False),
            ("fill_blank", "北京 长江", "1", True),
        ],
    ),
    "考试星 table": (
        "a.csv",
        "题型（必填）,题干（必填）,选项A（必填）,选项B（必填）,选项C,选项D,正确答案（必填）,解析,章节,难度\n"
        "单选题,1+1=?,1,2,3,4,B,,第一章,易\n"
        '多选题,偶数有,1,2,3,4,"B,D",,第一章,中\n'
        "判断题,水是湿的,正确,错误,,,A,,第一章,中\n",
        [
            ("single_choice", "b", "1", False),
            ("multiple_choice", "bd", "1", False),
            ("true_false", True, "1", False),
        ],
    ),
    "问卷星 text": (
        "a.txt",
        "1.中国的首都是哪里？[单选题][分值:5]\n"
        "A.上海\n"
        "B.北京(正确答案)\n"
        "C.广州\n"
        "D.深圳\n"
        "答案解析：北京是首都\n"
        "\n"
        "2.以下哪些是水果？[多选题][分值:5]\n"
        "苹果(正确答案)\n"
        "香蕉(正确答案)\n"
        "白菜\n"
        "土豆\n"
        "\n"
        "3.地球是方的[判断题][分值:5]\n"
        "对\n"
        "错(正确答案)\n"
        "\n"
        "4.床前明月光，____。[填空题]（答案：疑是地上霜）\n",
        [
            ("single_choice", "b", "5", False),
            ("multiple_choice", "ab", "5", True),
            ("true_false", False, "5", True),
            ("fill_blank", "疑是地上霜", "1", False),
        ],
    ),
    "问卷星 text with letters": (
        "a.txt",
        "1. 下列说法正确的是（ ） (分值：5分)\n\n A. 甲\n B. 乙 （正确答案）\n C. 丙\n",
        [
            ("single_choice", "b", "5", False),
        ],
    ),
    "学习通 page": (
        "a.txt",
        "1. (单选题) 马克思主义中国化的第一个重大理论成果是（ ）。\n"
        "A. 毛泽东思想\n"
        "B. 邓小平理论\n"
        "C. “三个代表”重要思想\n"
        "D. 科学发展观\n"
        "我的答案: A:毛泽东思想;正确答案: A:毛泽东思想;\n"
        "5.0分\n"
        "答案解析：\n"
        "毛泽东思想是第一个。\n"
        "\n"
        "2. (多选题) 新民主主义革命的三大法宝是（ ）\n"
        "A. 统一战线\n"
        "B. 武装斗争\n"
        "C. 党的建设\n"
        "D. 土地革命\n"
        "我的答案: AB;正确答案: ABC;\n"
        "0.0分\n"
        "\n"
        "3. (判断题) 实践是检验真理的唯一标准。\n"
        "A. 对\n"
        "B. 错\n"
        "我的答案: 对正确答案: 对\n"
        "5.0分\n"
        "\n"
        "4. (填空题) 中国共产党成立于____年。\n"
        "我的答案:\n"
        "(1) 1921\n"
        "正确答案:\n"
        "(1) 1921\n",
        [
            ("single_choice", "a", "1", False),
            ("multiple_choice", "abc", "1", False),
            ("true_false", True, "1", True),
            ("fill_blank", "1921", "1", False),
        ],
    ),
    "雨课堂 page": (
        "a.txt",
        "1.单选题 (1分)\n"
        "下列哪个不是Python的数据类型？\n"
        "A\n"
        "int\n"
        "B\n"
        "float\n"
        "C\n"
        "char\n"
        "D\n"
        "str\n"
        "正确答案：C\n"
        "\n"
        "2.多选题 (2分)\n"
        "以下是编译型语言的有\n"
        "A\n"
        "C\n"
        "B\n"
        "Python\n"
        "C\n"
        "Go\n"
        "D\n"
        "Ruby\n"
        "正确答案：AC\n"
        "\n"
        "3.判断题 (1分)\n"
        "Python是解释型语言\n"
        "正确答案：正确\n",
        [
            ("single_choice", "c", "1", False),
            ("multiple_choice", "ac", "2", False),
            ("true_false", True, "1", False),
        ],
    ),
    "智慧树 page": (
        "a.txt",
        "1\n"
        "【单选题】(2分)\n"
        "科学的本质是（  ）\n"
        "A.\n"
        "真理\n"
        "B.\n"
        "求真\n"
        "C.\n"
        "方法\n"
        "D.\n"
        "知识\n"
        "正确答案：B\n"
        "解析：略\n"
        "2\n"
        "【判断题】(2分)\n"
        "科学就是真理\n"
        "A.\n"
        "对\n"
        "B.\n"
        "错\n"
        "正确答案：B\n",
        [
            ("single_choice", "b", "2", False),
            ("true_false", False, "2", True),
        ],
    ),
    "钉钉 table": (
        "a.csv",
        "题目类型,题目,选项,正确答案,分值,答案解析\n"
        '单选题,中国的首都是,"A.北京\n'
        "B.上海\n"
        'C.广州",A,5,\n'
        '多选题,水果,"苹果;香蕉;白菜",苹果;香蕉,5,\n'
        '判断题,地球是圆的,"正确;错误",正确,5,\n',
        [
            ("single_choice", "a", "5", False),
            ("multiple_choice", "ab", "5", True),
            ("true_false", True, "5", False),
        ],
    ),
    "driving test JSON": (
        "a.json",
        '{"error_code":0,"reason":"ok","result":[{"id":"1","question":"这个标志是何含义'
        '？","answer":"4","item1":"急转弯","item2":"上坡","item3":"下坡","item4":"弯道","'
        'explains":"略","url":"http://x/1.jpg"},{"id":"2","question":"驾驶证有效期10年"'
        ',"answer":"1","item1":"正确","item2":"错误","item3":"","item4":"","explain'
        's":"略","url":""}]}',
        [
            ("single_choice", "d", "1", True),
            ("single_choice", "a", "1", True),
        ],
    ),
    "driving test JSON with bits": (
        "a.json",
        '[{"question":"驾驶机动车在高速公路上","op1":"甲","op2":"乙","op3":"丙","op4":"丁","an'
        'swer":16,"type":1},{"question":"x对吗","op1":"对","op2":"错","answer":32}]',
        [
            ("single_choice", "a", "1", True),
            ("single_choice", "b", "1", True),
        ],
    ),
    "xzs JSON": (
        "a.json",
        '{"code":1,"response":{"list":[{"id":1,"questionType":1,"subjectId":1,"'
        'title":"<p>1+1=</p>","gradeLevel":1,"items":[{"prefix":"A","content":"'
        '1"},{"prefix":"B","content":"2"}],"analyze":"略","correctArray":null,"c'
        'orrect":"B","score":"2","difficult":3},{"id":2,"questionType":3,"title'
        '":"天是蓝的","items":[{"prefix":"A","content":"是"},{"prefix":"B","content"'
        ':"否"}],"correct":"A","score":"2","difficult":1},{"id":3,"questionType"'
        ':4,"title":"首都是<span class=\\"gapfilling-span\\">1</span>","items":[{"pr'
        'efix":"1","content":"北京","score":"2"}],"correct":"","score":"2","diffi'
        'cult":1}]}}',
        [
            ("single_choice", "b", "2", True),
            ("single_choice", "a", "2", True),
            ("fill_blank", "北京", "2", True),
        ],
    ),
    "Kahoot": (
        "a.csv",
        "Question - max 120 characters,Answer 1 - max 75 characters,Answer 2 - "
        "max 75 characters,Answer 3 - max 75 characters,Answer 4 - max 75 chara"
        'cters,"Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs",Cor'
        "rect answer(s) - choose at least one\n"
        "What is the capital of France?,Paris,London,Rome,Berlin,20,1\n"
        'Which are even?,1,2,3,4,30,"2,4"\n',
        [
            ("single_choice", "a", "1", True),
            ("multiple_choice", "bd", "1", False),
        ],
    ),
    "Quizizz": (
        "a.csv",
        "Question Text,Question Type,Option 1,Option 2,Option 3,Option 4,Option"
        " 5,Correct Answer,Time in seconds,Image Link,Answer explanation\n"
        '"(Example) Who?",Multiple Choice,A man,A woman,A dog,A cat,,2,30,,beca'
        "use\n"
        'Pick even numbers,Checkbox,1,2,3,4,,"2,4",30,,\n'
        "Fill me,Fill-in-the-Blank,four,4,,,,,30,,\n"
        "Explain,Open-Ended,,,,,,,300,,\n",
        [
            ("multiple_choice", "b", "1", True),
            ("multiple_choice", "bd", "1", False),
            "Mark the blanks with ____ in the question.",
            ("essay", "", "1", False),
        ],
    ),
    "Socrative": (
        "a.csv",
        "Question Type,Question,Answer A,Answer B,Answer C,Answer D,Answer E,Co"
        "rrect Answer\n"
        "Multiple choice,2+2?,3,4,5,,,B\n"
        "True/False,The sky is blue.,,,,,,TRUE\n"
        "Short answer,Capital of France?,Paris,paris,,,,\n",
        [
            ("multiple_choice", "b", "1", True),
            ("true_false", True, "1", False),
            ("short_text", "Paris paris", "1", True),
        ],
    ),
    "Blooket": (
        "a.csv",
        '"Blooket\n'
        'Import Template",,,,,,,\n'
        'Question #,Question Text,Answer 1,Answer 2,"Answer 3\n'
        '(Optional)","Answer 4\n'
        '(Optional)","Time Limit (sec)\n'
        '(Max: 300 seconds)","Correct Answer(s)\n'
        '(Only include Answer #)"\n'
        "1,What is 1+1?,1,2,3,4,20,2\n"
        '2,Even?,1,2,3,4,20,"2,4"\n',
        [
            ("single_choice", "b", "1", False),
            ("multiple_choice", "bd", "1", False),
        ],
    ),
    "Canvas table": (
        "a.csv",
        "Type,Title,Points,Question,Correct,A,B,C,D\n"
        "MC,Q1,1,What is 2+3?,B,6,5,10,\n"
        'MA,Q2,2,Which are even?,"A,C",2,3,4,5\n'
        "TF,Q3,1,The sky is blue,A,true,false,,\n",
        [
            ("multiple_choice", "b", "1", True),
            ("multiple_choice", "ac", "2", False),
            ("true_false", True, "1", False),
        ],
    ),
    "Anki deck": (
        "a.txt",
        "#separator:tab\n#html:true\n#tags column:3\nWhat is the capital of France?\tParis\tgeo\n2+2?\t4\tmath easy\n",
        [
            ("short_text", "Paris", "1", True),
            ("short_text", "4", "1", True),
        ],
    ),
    "form sheet": (
        "a.csv",
        "Timestamp,Question,Option 1,Option 2,Option 3,Option 4,Answer,Points\n"
        ",What is 2+2?,3,4,5,6,4,1\n"
        ",Prime?,4,6,7,8,Option 3,1\n",
        [
            "The answer 4 could be the number of an option or the text of",
            ("single_choice", "c", "1", False),
        ],
    ),
    "flags per choice": (
        "a.csv",
        "question,choice_1,choice_1_is_correct,choice_2,choice_2_is_correct,cho"
        "ice_3,choice_3_is_correct\n"
        "2+2?,3,FALSE,4,TRUE,5,FALSE\n"
        "Even?,2,1,3,0,4,1\n"
        "None?,2,0,3,0,,\n",
        [
            ("single_choice", "b", "1", False),
            ("multiple_choice", "ac", "1", False),
            "The answer is missing.",
        ],
    ),
    "flags per choice in Chinese": (
        "a.csv",
        "题目,选项1,选项1是否正确,选项2,选项2是否正确\n水是湿的吗,是,是,否,否\n",
        [
            ("single_choice", "a", "1", False),
        ],
    ),
    "no header with types": (
        "a.csv",
        "单选题,1+1=?,1,2,3,4,B,简单加法\n单选题,2+2=?,1,2,3,4,D,\n多选题,偶数,1,2,3,4,BD,\n判断题,水是湿的,,,,,对,\n",
        [
            ("single_choice", "b", "1", True),
            ("single_choice", "d", "1", True),
            ("multiple_choice", "bd", "1", True),
            ("true_false", True, "1", True),
        ],
    ),
    "no header": (
        "a.csv",
        "What is 2+2?,3,4,5,6,B\n"
        "Capital of France?,Rome,Paris,London,Berlin,B\n"
        "Largest planet?,Mars,Venus,Jupiter,Earth,C\n",
        [
            ("single_choice", "b", "1", True),
            ("single_choice", "b", "1", True),
            ("single_choice", "c", "1", True),
        ],
    ),
    "no header with numbers": (
        "a.csv",
        "1,哪个是偶数?,1,2,3,5,B\n2,哪个是奇数?,2,4,6,7,D\n3,哪个最大?,1,2,3,4,D\n",
        [
            ("single_choice", "b", "1", True),
            ("single_choice", "d", "1", True),
            ("single_choice", "d", "1", True),
        ],
    ),
    "JSON in letters": (
        "a.json",
        '[{"q":"1+1?","o":{"A":"1","B":"2"},"a":"B"},{"q":"2+2?","o":["3","4"],'
        '"a":"B"},{"q":"even?","opts":{"A":"1","B":"2","C":"4"},"a":["B","C"]},'
        '{"q":"even?","o":["A. 1","B. 2"],"a":1}]',
        [
            ("single_choice", "b", "1", False),
            ("single_choice", "b", "1", False),
            ("multiple_choice", "bc", "1", False),
            ("single_choice", "a", "1", True),
        ],
    ),
    "JSON in letters with letters": (
        "a.json",
        '{"data":[{"id":5,"q":"x?","o":[{"k":"A","v":"甲"},{"k":"B","v":"乙"}],"a":"乙"}]}',
        [
            ("single_choice", "b", "1", True),
        ],
    ),
    "open trivia JSON": (
        "a.json",
        '{"response_code":0,"results":[{"category":"Science","type":"multiple",'
        '"difficulty":"easy","question":"What &quot;is&quot; 2+2?","correct_ans'
        'wer":"4","incorrect_answers":["3","5","6"]},{"category":"Science","typ'
        'e":"boolean","difficulty":"easy","question":"Sky is blue","correct_ans'
        'wer":"True","incorrect_answers":["False"]}]}',
        [
            ("single_choice", "b", "1", False),
            ("true_false", True, "1", True),
        ],
    ),
    "wrong answers apart": (
        "a.csv",
        "Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3\n2+2?,4,3,5,6\n",
        [
            ("single_choice", "b", "1", False),
        ],
    ),
    "numbered sheet": (
        "a.csv",
        "序号,题目,答案,A,B,C,D\n"
        "1,首都,A,北京,上海,广州,深圳\n"
        "2,水果（多选）,AB,苹果,香蕉,白菜,土豆\n"
        "3,天是蓝的,√,,,,\n",
        [
            ("single_choice", "a", "1", False),
            ("multiple_choice", "ab", "1", False),
            ("true_false", True, "1", False),
        ],
    ),
    "options in a cell": (
        "a.csv",
        "题型,题干,选项,答案\n"
        "单选,首都,A、北京|B、上海,A\n"
        "多选,水果,A、苹果|B、香蕉|C、土,A|B\n"
        "填空,首都是____和____,,北京;上海\n",
        [
            ("single_choice", "a", "1", False),
            ("multiple_choice", "ab", "1", False),
            ("fill_blank", "北京 上海", "1", False),
        ],
    ),
    "雨课堂 sheet": (
        "a.csv",
        "题目,题型,选项A,选项B,选项C,选项D,答案,分数,难度,解析\n"
        "下列属于哺乳动物的是,单选题,鲸,鲨,企鹅,鳄,A,2,2,略\n"
        "地球自转,判断题,,,,,正确,2,1,\n",
        [
            ("single_choice", "a", "2", False),
            ("true_false", True, "2", False),
        ],
    ),
    "超星 sheet": (
        "a.csv",
        "目录,题目类型,大题题干,小题题型,小题题干,正确答案,答案解析,难易度,知识点,选项数,选项A,选项B,选项C,选项D\n"
        "第一章,单选题,首都是,,,A,略,易,地理,4,北京,上海,广州,深圳\n"
        "第一章,判断题,天是蓝的,,,√,,易,地理,,,,,\n",
        [
            ("single_choice", "a", "1", False),
            ("true_false", True, "1", False),
        ],
    ),
    "问卷星 sheet": (
        "a.csv",
        "题目,题型,选项1,选项2,选项3,正确答案,分值,答案解析\n"
        "首都是？,单选,北京,上海,广州,A,5,略\n"
        "水果有？,多选,苹果,香蕉,土,A┋B,5,略\n",
        [
            ("single_choice", "a", "5", False),
            ("multiple_choice", "ab", "5", False),
        ],
    ),
    "Markdown task list": (
        "a.md",
        "### 1. 首都是（ ）\n"
        "\n"
        "- A. 北京\n"
        "- B. 上海\n"
        "\n"
        "**答案：A**\n"
        "\n"
        "### 2. 水果有（ ）\n"
        "\n"
        "- [x] A. 苹果\n"
        "- [x] B. 香蕉\n"
        "- [ ] C. 土\n",
        [
            ("single_choice", "a", "1", False),
            ("multiple_choice", "ab", "1", False),
        ],
    ),
    "answers in brackets": (
        "a.txt",
        "1、首都是（B）。\n"
        "A、上海\n"
        "B、北京\n"
        "C、广州\n"
        "2、水果有（AB）。\n"
        "A、苹果\n"
        "B、香蕉\n"
        "C、土\n"
        "3、地球是方的。（×）\n"
        "4、最长的河是（长江）。\n",
        [
            ("single_choice", "b", "1", False),
            ("multiple_choice", "ab", "1", False),
            ("true_false", False, "1", False),
            ("essay", "", "1", True),
        ],
    ),
    "type before the number": (
        "a.txt",
        "单选题 第1题 首都是（ ）。\n"
        "A 上海\n"
        "B 北京\n"
        "正确答案：B\n"
        "单选题 第2题 省会是（ ）。\n"
        "A 甲\n"
        "B 乙\n"
        "正确答案：A\n",
        [
            ("single_choice", "b", "1", False),
            ("single_choice", "a", "1", False),
        ],
    ),
}

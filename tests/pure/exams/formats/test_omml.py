"""Equations of Word as LaTeX."""

from xml.etree.ElementTree import fromstring

import pytest

from exams.interchange.formats.omml import to_latex


def _r(text: str) -> str:
    return f"<r><t>{text}</t></r>"


def _e(text: str) -> str:
    return f"<e>{_r(text)}</e>"


@pytest.mark.parametrize(
    ("xml", "latex"),
    [
        (f"<f><num>{_r('a+b')}</num><den>{_r('2')}</den></f>", "\\frac{a+b}{2}"),
        (f"<f><fPr><type val='lin'/></fPr><num>{_r('a')}</num><den>{_r('b')}</den></f>", "{a}/{b}"),
        (f"<f><fPr><type val='noBar'/></fPr><num>{_r('n')}</num><den>{_r('k')}</den></f>", "{n \\atop k}"),
        (f"<rad><radPr><degHide val='1'/></radPr><deg/>{_e('x')}</rad>", "\\sqrt{x}"),
        (f"<rad><deg>{_r('3')}</deg>{_e('x')}</rad>", "\\sqrt[3]{x}"),
        (f"<sSup>{_e('x')}<sup>{_r('2')}</sup></sSup>", "x^{2}"),
        (f"<sSub>{_e('ab')}<sub>{_r('n')}</sub></sSub>", "{ab}_{n}"),
        (f"<sSubSup>{_e('x')}<sub>{_r('1')}</sub><sup>{_r('2')}</sup></sSubSup>", "x_{1}^{2}"),
        (f"<sPre><sub>{_r('1')}</sub><sup>{_r('2')}</sup>{_e('H')}</sPre>", "{}_{1}^{2}H"),
        (
            f"<nary><naryPr><chr val='∑'/></naryPr><sub>{_r('i=1')}</sub><sup>{_r('n')}</sup>{_e('i')}</nary>",
            "\\sum_{i=1}^{n} i",
        ),
        (f"<nary><sub>{_r('0')}</sub><sup>{_r('1')}</sup>{_e('x')}</nary>", "\\int_{0}^{1} x"),
        (f"<d>{_e('x')}</d>", "\\left( x \\right)"),
        (f"<d><dPr><begChr val='{{'/><endChr val=''/></dPr>{_e('x')}</d>", "\\left\\{ x \\right."),
        (
            f"<m><mr>{_e('a')}{_e('b')}</mr><mr>{_e('c')}{_e('d')}</mr></m>",
            "\\begin{matrix} a & b \\\\ c & d \\end{matrix}",
        ),
        (f"<func><fName><r><rPr><sty val='p'/></rPr><t>sin</t></r></fName>{_e('x')}</func>", "\\sin x"),
        (
            f"<func><fName><limLow>{_e('lim')}<lim>{_r('x→0')}</lim></limLow></fName>{_e('x')}</func>",
            "\\lim_{x\\rightarrow 0} x",
        ),
        (f"<acc><accPr><chr val='⃗'/></accPr>{_e('a')}</acc>", "\\vec{a}"),
        (f"<acc><accPr><chr val='⃗'/></accPr>{_e('AB')}</acc>", "\\overrightarrow{AB}"),
        (f"<bar><barPr><pos val='top'/></barPr>{_e('x')}</bar>", "\\overline{x}"),
        (f"<groupChr>{_e('x')}</groupChr>", "\\underbrace{x}"),
        (f"<limUpp>{_e('=')}<lim>{_r('Δ')}</lim></limUpp>", "\\overset{\\Delta}{=}"),
        (f"<eqArr>{_e('x=1')}{_e('y=2')}</eqArr>", "\\begin{array}{l} x=1 \\\\ y=2 \\end{array}"),
        (f"{_r('α')}{_r('≤')}{_r('x%')}", "\\alpha \\leq x\\%"),
        (_r("速度v"), "\\text{速度}v"),
        (f"<unknown>{_r('x')}</unknown>", "x"),
    ],
)
def test_each_structure(xml, latex):
    assert to_latex(fromstring(f"<oMath>{xml}</oMath>")) == latex

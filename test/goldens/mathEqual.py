"""Verdicts of math-verify (sympy) on pairs of answers.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install math-verify==0.9.0 latex2sympy2-extended==1.11.0 sympy==1.14.0
    /tmp/goldens/bin/python test/goldens/mathEqual.py

Pairs are written here; many are those of the tests of Qwen2.5-Math's grader. Writes data/mathEqual.json:
[given, right, equal] each.
"""

import json
from pathlib import Path

from math_verify import parse, verify

pairs = [
    ("10", "10"), ("10", "20"), ("10.0", "10"), ("1,000", "1000"), ("0.5", "\\frac{1}{2}"), ("\\dfrac{1}{2}", "\\frac12"),
    ("0.0833333333333333", "\\frac{1}{12}"), ("\\frac{x}{7}+\\frac{2}{7}", "\\frac{x+2}{7}"), ("-0.5", "-\\frac{1}{2}"),
    ("\\sec^2(y)", "\\tan^2(y)+1"), ("\\sin(2x)", "2\\sin(x)\\cos(x)"), ("(x+1)^2", "x^2+2x+1"), ("x^2-1", "(x-1)(x+2)"),
    ("\\frac{\\sqrt{2}}{2}", "\\frac{1}{\\sqrt{2}}"), ("2\\sqrt{3}", "\\sqrt{12}"), ("2\\sqrt{3}", "3\\sqrt{2}"),
    ("\\frac{\\sqrt{\\sqrt{11}+\\sqrt{194}}}{2\\sqrt{33}+15}", "\\frac{\\sqrt{\\sqrt{11}+\\sqrt{194}}}{15+2\\sqrt{33}}"),
    ("(a+5)(b+2)", "(b+2)(a+5)"), ("(a+5)(b+2)", "(a+2)(b+5)"), ("\\frac{1+\\sqrt{5}}{2}", "2"), ("x+1", "x+2n+1"),
    ("-34x-45y+20z-100=0", "34x+45y-20z+100=0"), ("y=2x+1", "2x-y+1=0"), ("y=2x+1", "y=2x-1"),
    ("(1,4.5)", "(1,\\frac{9}{2})"), ("(1,2)", "(2,1)"), ("\\{1,2\\}", "\\{2,1\\}"), ("\\{1,2\\}", "\\{1,3\\}"),
    ("(0.6,2.66666666667]", "(\\frac{3}{5},\\frac{8}{3}]"), ("[0,1)", "(0,1)"), ("[0,1)", "[0,1)"),
    ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"),
    ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&5\\end{pmatrix}"),
    ("\\begin{pmatrix}-\\frac{7}{4}&-2\\\\4&\\frac{1}{4}\\end{pmatrix}", "\\begin{pmatrix}-1.75&-2\\\\4&0.25\\end{pmatrix}"),
    ("\\ln(4)", "2\\ln(2)"), ("\\log_2(8)", "3"), ("e^{x}e^{y}", "e^{x+y}"), ("2^{10}", "1024"), ("5!", "120"),
    ("\\sqrt[3]{8}", "2"), ("\\sqrt[3]{-8}", "-2"), ("x^{2/3}", "\\sqrt[3]{x^2}"), ("3+2i", "2i+3"), ("(1+i)^2", "2i"), ("3-2i", "3+2i"),
    ("\\pi", "3"), ("\\frac{\\pi}{2}", "\\frac{1}{2}\\pi"), ("|x-1|", "|1-x|"), ("10^{-3}", "0.001"), ("5\\times 10^3", "5000"),
    ("12\\text{ cm}", "12"), ("\\$12", "12"), ("x=3", "3"), ("3", "x=3"), ("100001", "100000"), ("\\frac{2}{4}", "\\frac{1}{2}"),
    ("-\\frac{8x^2}{9(x^2-2)^{5/3}}+\\frac{2}{3(x^2-2)^{2/3}}", "-\\frac{2(x^2+6)}{9(x^2-2)\\sqrt[3]{x^2-2}^2}"),
    ("\\frac{1}{x-1}-\\frac{1}{x+1}", "\\frac{2}{x^2-1}"), ("a^2-b^2", "(a-b)(a+b)"), ("2(x+y)", "2x+2y"), ("xy", "yx"), ("x-y", "y-x"),
]
rows = [[given, right, bool(verify(parse(f"${right}$"), parse(f"${given}$")))] for given, right in pairs]
lines = ",\n".join("  " + json.dumps(row) for row in rows)
(Path(__file__).parent / "data" / "mathEqual.json").write_text(f"[\n{lines}\n]\n")
print(sum(row[2] for row in rows), "of", len(rows), "equal")

# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Text of a terminal as a picture: ./vmm status | ./vmm picture './vmm status' >docs/img/status.svg
# The same text makes the same picture. Words of health and severity get their colours.

LC_ALL=C.UTF-8 awk -v command="${1:-}" '
function escape(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    gsub(/"/, "\\&quot;", text)
    return text
}
function colour(word) {
    if (word == "OK") return "ok"
    if (word == "DEGRADED" || word == "suspect") return "worse"
    if (word == "DOWN" || word == "BLACKFRAME" || word == "critical") return "bad"
    if (word == "UNKNOWN" || word == "DISABLED") return "grey"
    return ""
}
# Each word that has a colour becomes a part of its own; blanks stay as they are.
function dye(text,    out, at, word, kind) {
    out = ""
    while (match(text, /[A-Za-z_]+/)) {
        word = substr(text, RSTART, RLENGTH)
        kind = colour(word)
        out = out escape(substr(text, 1, RSTART - 1))
        out = out (kind != "" ? "<tspan class=\"" kind "\">" word "</tspan>" : word)
        text = substr(text, RSTART + RLENGTH)
    }
    return out escape(text)
}
{
    sub(/[ \t]+$/, "")
    lines[++count] = $0
    if (length($0) > widest) widest = length($0)
}
END {
    first = command != "" ? 1 : 0
    if (length(command) + 2 > widest) widest = length(command) + 2
    width = widest * 8.4 + 32
    height = (count + first) * 18 + 30
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\"", width, height
    printf " width=\"%.0f\" height=\"%.0f\" role=\"img\" aria-label=\"%s\">\n", width, height, escape(command)
    print "<style>"
    print "text { font: 14px ui-monospace, \"DejaVu Sans Mono\", Menlo, Consolas, monospace; fill: #d8dee9; white-space: pre }"
    print ".ok { fill: #a3be8c } .worse { fill: #ebcb8b } .bad { fill: #bf616a } .grey { fill: #8f98a8 } .head { fill: #88c0d0 }"
    print "</style>"
    printf "<rect width=\"100%%\" height=\"100%%\" rx=\"6\" fill=\"#242933\"/>\n"
    y = 28
    if (first) {
        printf "<text x=\"16\" y=\"%d\" xml:space=\"preserve\"><tspan class=\"grey\">$</tspan> %s</text>\n", y, escape(command)
        y += 18
    }
    for (i = 1; i <= count; i++) {
        if (lines[i] != "") {
            head = lines[i] ~ /^[A-Z][A-Z ]+$/ ? " class=\"head\"" : ""
            # Columns stay straight in any font; characters of more than one byte are left to it.
            fit = lines[i] ~ /[^ -~]/ ? "" : sprintf(" textLength=\"%.1f\"", length(lines[i]) * 8.4)
            printf "<text x=\"16\" y=\"%d\"%s xml:space=\"preserve\"%s>%s</text>\n", y, fit, head, \
                head != "" ? escape(lines[i]) : dye(lines[i])
        }
        y += 18
    }
    print "</svg>"
}'

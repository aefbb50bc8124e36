# tangle.awk -- extract a chapter's code, line for line.
#
#   awk -v lang=c       -f tangle.awk chapter.md > chapter.c   (for CUnit)
#   awk -v lang=console -f tangle.awk chapter.md > chapter.t   (for clitest)
#
# Line n of the output stands for line n of the chapter, so compiler errors,
# failed assertions and failed commands all point into the prose.
#
#   ```c        body of the test named by the enclosing "## Heading";
#               before the first heading: file scope
#   ```c file   file scope, ahead of the section's first body
#   ```console  `$ command` lines, each followed by what it must print
#   ```console data   the same, left out and counted as skipped unless -v data=1
#                     (the real data sets are there)
#   ```text     shown, never run (likewise ```math)

function die(line, why) {
    printf "%s:%d: %s\n", FILENAME, line, why > "/dev/stderr"
    failed = 1
    exit 1
}

function put(c, console) { print lang == "c" ? c : console }

function quote(s) { gsub(/["\\]/, "\\\\&", s); return "\"" s "\"" }

function end_section(   brace) {
    if (heading && !runs) die(heading, "this section runs nothing")
    brace = open ? "}" : ""
    open = runs = 0
    return brace
}

NR == 1 && lang == "c"  { print "#line 1 " quote(FILENAME) }

!block && /^```/ {
    block = $0; sub(/^``` */, "", block); fence = FNR
    if (block !~ /^(c|c file|console|console data|text|math)$/) die(FNR, "unknown block '" block "'")
    if (block == "c file" && open) die(FNR, "file scope comes before the section's body")
    if (block ~ /^console/ || block == "c") runs = 1
    absent = block == "console data" && !data
    if (block == "console data") block = "console"
    if (block == "c" && heading && !open) {
        open = 1; test[++tests] = title
        put("static void section_" tests "(void) {", "")
    } else put("", absent ? "skipped: " title ": no data in STEADFAST_DATA" : "")
    next
}
!block && /^ *(```|~~~)/ { die(FNR, "a block must open with ``` in the first column") }
!block && /^# /          { chapter = substr($0, 3) }
!block && /^## /         { put(end_section(), ""); title = substr($0, 4); heading = FNR; next }
block && /^```$/         { put("", block == "console" && !absent ? "$" : ""); block = ""; next }
block ~ /^c($| )/        { put($0, ""); next }
block == "console"       { put("", absent ? "" : $0); next }
                         { put("", "") }

END {
    if (failed) exit 1
    if (block) die(fence, "this block never closes")
    put(end_section(), "")
    if (lang != "c") exit
    print "const char *chapter_title = " quote(chapter) ";"
    print "CU_TestInfo chapter_tests[] = {"
    for (i = 1; i <= tests; i++)
        print "    {" quote(test[i]) ", section_" i "},"
    print "    CU_TEST_INFO_NULL\n};"
}

package require http
fconfigure stdin -encoding ascii
fconfigure stdout -encoding ascii
set row [list "Tcl's http::formatQuery"]
while {[gets stdin line] >= 0} {
    set text [encoding convertfrom utf-8 [binary format H* $line]]
    set out [string range [http::formatQuery a $text] 2 end]
    binary scan [encoding convertto utf-8 $out] H* hex
    lappend row $hex
}
puts [join $row "\t"]

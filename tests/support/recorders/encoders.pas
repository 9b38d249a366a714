program enc;
{$mode objfpc}{$H+}
uses SysUtils, httpdefs;
var line, text, row: string; i: integer;
begin
  row := 'Free Pascal''s HTTPEncode';
  while not eof do begin
    readln(line);
    text := '';
    for i := 1 to length(line) div 2 do text := text + chr(StrToInt('$' + copy(line, 2 * i - 1, 2)));
    text := HTTPEncode(text);
    row := row + #9;
    for i := 1 to length(text) do row := row + LowerCase(IntToHex(ord(text[i]), 2));
  end;
  writeln(row);
end.

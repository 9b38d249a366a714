local url = require "socket.url"
local row = {"Lua's socket.url.escape"}
for line in io.lines() do
  local text = line:gsub("..", function(hex) return string.char(tonumber(hex, 16)) end)
  row[#row + 1] = (url.escape(text):gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end
print(table.concat(row, "\t"))

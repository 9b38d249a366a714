texts <- sapply(readLines(file("stdin")), function(line) { b <- as.raw(strtoi(substring(line, seq(1, nchar(line), 2), seq(2, nchar(line), 2)), 16)); tryCatch({ s <- rawToChar(b); Encoding(s) <- "UTF-8"; s }, error = function(e) NA) })
hex <- function(s) paste(sprintf("%02x", as.integer(charToRaw(s))), collapse = "")
for (r in c(FALSE, TRUE)) cat(paste(c(if (r) "R's URLencode, reserved" else "R's URLencode", sapply(texts, function(t) if (is.na(t)) "-" else hex(URLencode(t, reserved = r)))), collapse = "\t"), "\n", sep = "")

texts = $stdin.each_line.map { |line| [line.chomp].pack("H*").force_encoding("utf-8") }
puts ["Ruby's sort", *texts.sort.map { |text| text.unpack1("H*") }].join("\t")
puts ["Ruby's sort_by downcase", *texts.each_with_index.sort_by { |text, at| [text.downcase, at] }.map { |text, _| text.unpack1("H*") }].join("\t")

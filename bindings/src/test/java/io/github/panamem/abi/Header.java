package io.github.panamem.abi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names that a header of facts declares, read from its text: constants, and structs with their fields. */
record Header(TreeSet<String> constants, TreeMap<String, List<String>> structs) {
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);
    private static final Pattern UNREAD = Pattern.compile("\\b(enum|union)\\b|#\\s*define\\s+\\w+\\(");
    private static final Pattern CONSTANT = Pattern.compile("(?m)^\\s*#\\s*define\\s+(\\w+)[ \t]+\\S");
    private static final Pattern STRUCT = Pattern.compile("struct\\s+(\\w+)\\s*\\{(.*?)\\}\\s*;", Pattern.DOTALL);
    private static final Pattern DECLARATOR = Pattern.compile("(\\w+)\\s*(\\[[^]]*\\]\\s*)*$");

    /** The facts of all files together. */
    static Header read(Path... files) throws IOException {
        var constants = new TreeSet<String>();
        var structs = new TreeMap<String, List<String>>();
        for (Path file : files) {
            String text = COMMENT.matcher(Files.readString(file)).replaceAll(" ");
            if (UNREAD.matcher(text).find()) {
                throw new IllegalStateException(
                        file + " declares what this reader and the bindings do not know: " + UNREAD.pattern());
            }
            CONSTANT.matcher(text).results().forEach(found -> constants.add(found.group(1)));
            STRUCT.matcher(text).results().forEach(found -> structs.put(found.group(1), fields(found.group(2))));
        }
        return new Header(constants, structs);
    }

    /** {@code uint32_t next, prev; uint64_t reserved[2];} → next, prev, reserved. */
    private static List<String> fields(String body) {
        return Pattern.compile("[;,]")
                .splitAsStream(body)
                .map(String::strip)
                .filter(declaration -> !declaration.isEmpty())
                .map(declaration -> {
                    Matcher name = DECLARATOR.matcher(declaration);
                    if (!name.find()) {
                        throw new IllegalStateException("no field name in: " + declaration);
                    }
                    return name.group(1);
                })
                .toList();
    }

    /**
     * Every fact by the name of the method that tells it: {@code NAME}, {@code struct.sizeof}, {@code
     * struct.field$offset}; and {@code struct.field$layout} for the field's bytes. The value is a C expression.
     */
    Map<String, String> facts() {
        var facts = new TreeMap<String, String>();
        constants.forEach(name -> facts.put("abi_h." + name, name));
        structs.forEach((struct, fields) -> {
            facts.put(struct + ".sizeof", "sizeof(struct " + struct + ")");
            for (String field : fields) {
                facts.put(struct + "." + field + "$offset", "offsetof(struct " + struct + ", " + field + ")");
                facts.put(struct + "." + field + "$layout", "sizeof(((struct " + struct + " *)0)->" + field + ")");
            }
        });
        return facts;
    }
}

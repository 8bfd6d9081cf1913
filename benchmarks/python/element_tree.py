"""Builds an XML document, writes it, parses it, searches it, and changes it."""

import sys
from xml.etree import ElementTree

for _ in range(int(sys.argv[1])):
    root = ElementTree.Element("library")
    for shelf in range(60):
        section = ElementTree.SubElement(root, "shelf", number=str(shelf))
        for number in range(100):
            book = ElementTree.SubElement(section, "book", id=f"{shelf}-{number}")
            ElementTree.SubElement(book, "title").text = f"The {number}th of {shelf}"
            ElementTree.SubElement(book, "year").text = str(1900 + number)
    text = ElementTree.tostring(root, encoding="unicode")
    parsed = ElementTree.fromstring(text)
    titles = [book.findtext("title") for book in parsed.iter("book") if int(book.findtext("year")) > 1950]
    for book in parsed.findall("./shelf[@number='7']/book"):
        book.set("lent", "yes")
    if len(titles) != 60 * 49 or len(parsed.findall(".//book[@lent]")) != 100:
        sys.exit("a book is missing")

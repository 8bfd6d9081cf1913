# lxml: libxml2's own memory beside Python's; trees are parsed, moved, transformed and serialised.
# needs: lxml
from lxml import etree

root = etree.fromstring("<root>" + "".join(f'<item n="{i}">text {i}</item>' for i in range(3000)) + "</root>")
print(len(root.xpath("//item[@n mod 3 = 0]")), root[-1].text)
for item in root[::2]:
    root.append(item)
print(etree.tostring(root)[:60], len(etree.tostring(root, pretty_print=True)))
style = etree.XSLT(etree.XML("""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/"><n><xsl:value-of select="sum(//@n)"/></n></xsl:template></xsl:stylesheet>"""))
print(str(style(root)))
try:
    etree.fromstring("<a><b></a>")
except etree.XMLSyntaxError as error:
    print(error)

"""Feuille de style d'un producteur fictif, qui accompagne un document que le banc fait recevoir au logiciel."""

from __future__ import annotations

from xml.sax.saxutils import escape

NOM = "presentation-du-producteur.xsl"


def feuille_du_producteur(marque: str) -> bytes:
    """XSLT 1.0 vers HTML : en-tête, titre et récit des sections. `marque` : texte que seule cette feuille écrit."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:c="urn:hl7-org:v3">
  <xsl:output method="html" encoding="UTF-8"/>
  <xsl:variable name="dossier" select="/c:ClinicalDocument/c:recordTarget/c:patientRole/c:patient"/>
  <xsl:template match="/">
    <html><body>
      <p class="bandeau">{escape(marque)}</p>
      <h1><xsl:value-of select="c:ClinicalDocument/c:title"/></h1>
      <p>
        <xsl:value-of select="$dossier/c:name/c:family[@qualifier='BR']"/><xsl:text> </xsl:text>
        <xsl:value-of select="$dossier/c:name/c:given[@qualifier='BR']"/>
        <xsl:text>, naissance le </xsl:text>
        <xsl:call-template name="jour">
          <xsl:with-param name="ts" select="$dossier/c:birthTime/@value"/>
        </xsl:call-template>
      </p>
      <p>
        <xsl:text>Document du </xsl:text>
        <xsl:call-template name="jour">
          <xsl:with-param name="ts" select="c:ClinicalDocument/c:effectiveTime/@value"/>
        </xsl:call-template>
        <xsl:text>, rédigé par </xsl:text>
        <xsl:value-of select="c:ClinicalDocument/c:author/c:assignedAuthor/c:assignedPerson/c:name/c:family"/>
        <xsl:text>, </xsl:text><xsl:value-of select="c:ClinicalDocument/c:code/@displayName"/>
        <xsl:text>, </xsl:text><xsl:value-of select="c:ClinicalDocument/c:custodian//c:name"/>
      </p>
      <xsl:apply-templates select="//c:section"/>
    </body></html>
  </xsl:template>
  <xsl:template match="c:section">
    <h2><xsl:value-of select="c:title"/></h2>
    <xsl:for-each select="c:text//text()[normalize-space()]"><p><xsl:value-of select="."/></p></xsl:for-each>
  </xsl:template>
  <xsl:template name="jour">
    <xsl:param name="ts"/>
    <xsl:value-of select="concat(substring($ts, 7, 2), '/', substring($ts, 5, 2), '/', substring($ts, 1, 4))"/>
  </xsl:template>
</xsl:stylesheet>
""".encode()

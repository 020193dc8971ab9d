"""Affichage d'un document CDA du dossier : feuille de style de son producteur, sinon celle du laboratoire."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from simulators.logiciel_temoin import cda_lecture, documents, pdf
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.labo import Labo

# Les règles « section » et « * » rendent toute section, prévue ou ajoutée, et tout élément de récit.
_FEUILLE = """<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:c="urn:hl7-org:v3"
  exclude-result-prefixes="c">
  <xsl:output method="html" encoding="UTF-8" doctype-system="about:legacy-compat"/>
  <xsl:template match="/">
    <xsl:variable name="d" select="//c:ClinicalDocument[1]"/>
    <xsl:variable name="p" select="$d/c:recordTarget/c:patientRole/c:patient"/>
    <html lang="fr"><body>
      <h1><xsl:value-of select="$d/c:title"/></h1>
      <dl>
        <dt>Patient</dt>
        <dd><xsl:for-each select="$p/c:name/*"><xsl:value-of select="."/><xsl:text> </xsl:text></xsl:for-each></dd>
        <dt>Naissance</dt><dd><xsl:call-template name="jour">
          <xsl:with-param name="ts" select="$p/c:birthTime/@value"/></xsl:call-template></dd>
        <dt>Sexe</dt><dd><xsl:value-of select="$p/c:administrativeGenderCode/@displayName"/></dd>
        <dt>Matricule INS</dt>
        <dd><xsl:value-of select="$d/c:recordTarget/c:patientRole/c:id[1]/@extension"/></dd>
        <dt>Type</dt><dd><xsl:value-of select="$d/c:code/@displayName"/></dd>
        <dt>Version</dt><dd><xsl:value-of select="$d/c:versionNumber/@value"/></dd>
        <dt>Date</dt><dd><xsl:call-template name="jour">
          <xsl:with-param name="ts" select="$d/c:effectiveTime/@value"/></xsl:call-template></dd>
        <dt>Auteur</dt>
        <dd><xsl:for-each select="$d/c:author/c:assignedAuthor">
          <xsl:value-of select="c:assignedPerson/c:name/c:given"/><xsl:text> </xsl:text>
          <xsl:value-of select="c:assignedPerson/c:name/c:family"/>
          <xsl:value-of select="c:representedOrganization/c:name"/><xsl:text> ; </xsl:text>
        </xsl:for-each></dd>
        <xsl:for-each select="$d/c:legalAuthenticator">
          <dt>Validé par</dt><dd>
            <xsl:value-of select="c:assignedEntity/c:assignedPerson/c:name/c:given"/><xsl:text> </xsl:text>
            <xsl:value-of select="c:assignedEntity/c:assignedPerson/c:name/c:family"/>, le
            <xsl:call-template name="jour"><xsl:with-param name="ts" select="c:time/@value"/></xsl:call-template>
            à <xsl:value-of select="concat(substring(c:time/@value, 9, 2), ':', substring(c:time/@value, 11, 2))"/>
          </dd>
        </xsl:for-each>
        <dt>Structure</dt><dd><xsl:value-of select="$d/c:custodian//c:representedCustodianOrganization/c:name"/></dd>
      </dl>
      <xsl:apply-templates select="$d/c:component/c:structuredBody/c:component/c:section"/>
    </body></html>
  </xsl:template>
  <xsl:template match="c:section">
    <section>
      <h2><xsl:value-of select="c:title"/></h2>
      <xsl:apply-templates select="c:text"/>
      <xsl:apply-templates select="c:component/c:section"/>
    </section>
  </xsl:template>
  <xsl:template match="c:text"><div><xsl:apply-templates/></div></xsl:template>
  <xsl:template match="c:table|c:thead|c:tbody|c:tr|c:th|c:td|c:caption|c:br">
    <xsl:element name="{local-name()}"><xsl:apply-templates/></xsl:element>
  </xsl:template>
  <xsl:template match="c:list"><ul><xsl:apply-templates/></ul></xsl:template>
  <xsl:template match="c:item"><li><xsl:apply-templates/></li></xsl:template>
  <xsl:template match="c:paragraph"><p><xsl:apply-templates/></p></xsl:template>
  <xsl:template match="c:renderMultiMedia"><em>document joint</em></xsl:template>
  <xsl:template name="jour">
    <xsl:param name="ts"/>
    <xsl:value-of select="concat(substring($ts, 7, 2), '/', substring($ts, 5, 2), '/', substring($ts, 1, 4))"/>
  </xsl:template>
</xsl:stylesheet>
"""
_CODES_ATTENDUS = "c:section[c:code[@code='18719-5' or @code='18723-7' or @code='18720-3' or @code='55108-5']]"


def feuille_du_laboratoire(labo: Labo) -> bytes:
    """La feuille de style que le laboratoire fournit avec ses comptes rendus."""
    feuille = _FEUILLE
    if labo.defaut("feuille_sections_prevues_seules"):
        feuille = feuille.replace("c:component/c:section", f"c:component/{_CODES_ATTENDUS}")
    if labo.defaut("feuille_sans_tableaux"):
        feuille = feuille.replace('match="c:table|c:thead', 'match="c:table"/><xsl:template match="c:thead')
    if labo.defaut("feuille_sans_matricule"):
        feuille = feuille.replace("c:patientRole/c:id[1]/@extension", "c:patientRole/c:absent")
    return feuille.encode()


@dataclass(frozen=True)
class Affiche:
    """Ce qui est à l'écran : le rendu, et le PDF montré comme corps quand il y en a un."""

    html: str
    cda: bytes
    pdf: bytes | None = None


def afficher(labo: Labo, document: Document, forme: str | None = None) -> Affiche:
    """Le document sous la forme demandée (N3, N1 ou PDF), la sienne par défaut."""
    if forme is None or labo.defaut("affichage_forme_ignoree"):
        return _afficher_le_sien(labo, document)
    if forme == "PDF":
        contenu_pdf = document.pdf or _editer(labo, document)
        return Affiche(document.titre, contenu(labo, document), contenu_pdf)
    octets = documents.cda_au_niveau(labo, document, forme)
    rendu = _appliquer(feuille_du_laboratoire(labo), octets)
    if forme == "N3":
        if labo.defaut("affichage_n3_sans_tableaux"):
            rendu = re.sub(r"(?s)<table.*?</table>", "", rendu)
        return Affiche(rendu, octets)
    corps = _editer(labo, document) if labo.defaut("affichage_n1_autre_pdf") else cda_lecture.copie_pdf(octets)
    return Affiche(rendu, octets, corps)


def _editer(labo: Labo, document: Document) -> bytes:
    if labo.defaut("affichage_pdf_vide") or labo.defaut("affichage_n1_autre_pdf"):
        return pdf.editer_texte(document.titre, ["Document en cours d'édition."])
    return pdf.editer(labo, labo.base.patient(document.patient_id), document)


def _afficher_le_sien(labo: Labo, document: Document) -> Affiche:
    octets = contenu(labo, document)
    feuille = document.feuille
    if feuille is None or labo.defaut("feuille_producteur_ignoree"):
        feuille = feuille_du_laboratoire(labo)
    if labo.defaut("feuille_producteur_par_defaut") and document.feuille is None:
        feuille = next((d.feuille for d in list(labo.base.documents.values()) if d.feuille), feuille)
    rendu = _appliquer(feuille, octets)
    if labo.defaut("affichage_sans_entete"):
        rendu = rendu[rendu.find("<section") :] if "<section" in rendu else ""
    if labo.defaut("affichage_sans_recit") and "<section" in rendu:
        rendu = rendu[: rendu.find("<section")]
    corps = cda_lecture.copie_pdf(octets) if not cda_lecture.textes(octets) else None
    return Affiche(rendu, octets, None if labo.defaut("affichage_n1_sans_corps") else corps)


def contenu(labo: Labo, document: Document) -> bytes:
    """Le CDA gardé : celui qui a été reçu, ou celui du laboratoire."""
    if document.recu and not labo.defaut("cda_recu_refait"):
        return document.recu
    return documents.cda_de(labo, document)


def _appliquer(feuille: bytes, octets: bytes) -> str:
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True)
    transformation = etree.XSLT(etree.fromstring(feuille, analyseur))
    return str(transformation(etree.fromstring(octets, analyseur)))

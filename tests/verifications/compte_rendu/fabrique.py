"""Comptes rendus d'essai : un CDA N1 et ce qu'il doit dire."""

from __future__ import annotations

import base64
import io

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from steps.verifications.compte_rendu.attendu import GermeIsole, Laboratoire, Resultat, Sensibilite

HEMOGLOBINE = Resultat("718-7", "Hémoglobine", "11.7", "g/dL")
FERRITINE = Resultat("2276-4", "Ferritine", "18", "ug/L")
MATRICULE = "279035121518989"
NOM = "PAT-TROIS"


def pdf(*lignes: str) -> bytes:
    """Un PDF d'une page portant ces lignes."""
    tampon = io.BytesIO()
    toile = Canvas(tampon, pagesize=A4, invariant=1)
    for rang, ligne in enumerate(lignes):
        toile.drawString(60, 780 - 16 * rang, ligne)
    toile.showPage()
    toile.save()
    return tampon.getvalue()


def cda(
    corps: str, *, identifiant: str = "1.2.250.1.213.99.1", matricule: str = MATRICULE, code: str = "11502-2"
) -> bytes:
    """Un en-tête réduit à ce que lisent les règles, et ce corps."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<id root="{identifiant}"/><code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>
<title>Compte rendu d'examens biologiques</title><effectiveTime value="20260112093000+0100"/>
<recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="{matricule}"/><patient><name>
<family qualifier="BR">{NOM}</family></name></patient></patientRole></recordTarget>
<component>{corps}</component></ClinicalDocument>""".encode()


def n1(contenu: bytes, media: str = "application/pdf", representation: str = "B64") -> bytes:
    """Un CDA N1 encapsulant ces octets."""
    texte = base64.b64encode(contenu).decode()
    return cda(f'<nonXMLBody><text mediaType="{media}" representation="{representation}">{texte}</text></nonXMLBody>')


# ------------------------------------------------------------------- un N3 complet
SODIUM = Resultat("2951-2", "Sodium", "141", "mmol/L")
TSH = Resultat("3016-3", "TSH", "2.37", "m[IU]/L", sous_traite=True)
VOISIN = Laboratoire("LABO VOISIN", "990000017", "4 rue des Bains", "69002", "LYON", "04 78 00 00 01")
ECOLI = GermeIsole(
    "Urine du matin",
    "ECOL",
    "Escherichia coli",
    (Sensibilite("18861-5", "Amoxicilline", "R", "32"), Sensibilite("18895-3", "Ceftriaxone", "S")),
)
ENTEROCOQUE = GermeIsole(
    "Urine du matin", "EFAE", "Enterococcus faecalis", (Sensibilite("18861-5", "Amoxicilline", "S", "1"),)
)
PDF_VOISIN = pdf("Compte rendu de LABO VOISIN", "Dossier externe 4f2a")
COPIE = pdf(
    f"Nom de naissance : {NOM}",
    "Sodium : 141 mmol/L",
    "TSH : 2.37 m[IU]/L",
    "Prélèvement : Urine du matin",
    "Germe isolé : Escherichia coli",
    "Amoxicilline : R (CMI 32 mg/L)",
    "Ceftriaxone : Sensible",
    "Germe isolé : Enterococcus faecalis",
    "Amoxicilline : S (CMI 1 mg/L)",
)
_EXECUTANT = """<performer typeCode="PRF"><assignedEntity><representedOrganization>
<id root="1.2.250.1.71.4.2.2" extension="1990000017"/><name>LABO VOISIN</name><telecom value="tel:+33478000001"/>
<addr><streetAddressLine>4 rue des Bains</streetAddressLine><streetAddressLine>69002 LYON</streetAddressLine></addr>
</representedOrganization></assignedEntity></performer>"""
_ENTREE = '<entry typeCode="DRIV"><templateId root="1.3.6.1.4.1.19376.1.3.1"/><act>{}</act></entry>'
_CHAPITRE = """<component><section><templateId root="1.3.6.1.4.1.19376.1.3.3.2.1"/><code code="{}"/><title>{}</title>
<text>{}</text>{}</section></component>"""


def _observation(code: str, libelle: str, valeur: str, *, suite: str = "") -> str:
    return f'<observation><code code="{code}" displayName="{libelle}"/>{valeur}{suite}</observation>'


def _quantite(valeur: str, unite: str) -> str:
    return f'<value xsi:type="PQ" value="{valeur}" unit="{unite}"/>'


def _sensible(code: str, libelle: str, lettre: str, cmi: str = "") -> str:
    valeur = _quantite(cmi, "mg/L") if cmi else ""
    return _observation(code, libelle, valeur, suite=f'<interpretationCode code="{lettre}"/>')


def _isolat(code: str, libelle: str, *observations: str) -> str:
    return f"""<entryRelationship><organizer classCode="CLUSTER"><templateId root="1.3.6.1.4.1.19376.1.3.1.5"/>
<specimen><specimenRole><specimenPlayingEntity classCode="MIC"><code code="{code}" displayName="{libelle}"/>
</specimenPlayingEntity></specimenRole></specimen>
{"".join(f"<component>{o}</component>" for o in observations)}</organizer></entryRelationship>"""


def attache(contenu: bytes, modele: str, media: str = "application/pdf") -> str:
    """Une section qui attache ce contenu."""
    return f"""<component><section><templateId root="{modele}"/><title>Document</title><text>voir</text><entry>
<observationMedia><value mediaType="{media}">{base64.b64encode(contenu).decode()}</value></observationMedia></entry>
</section></component>"""


BIOCHIMIE = _CHAPITRE.format(
    "18719-5",
    "Biochimie",
    "<table><tbody><tr><td>Sodium</td><td>141 mmol/L</td></tr></tbody></table>",
    _ENTREE.format(f"<entryRelationship>{_observation('2951-2', 'Sodium', _quantite('141.0', 'mmol/L'))}"
                   "</entryRelationship>"),
)  # fmt: skip
SOUS_TRAITEES = _CHAPITRE.format(
    "18719-5",
    "Sous-traitance",
    "<paragraph>Exécuté par LABO VOISIN, 4 rue des Bains, 69002 LYON, tél. 04.78.00.00.01</paragraph>"
    "<paragraph>TSH 2,37 m[IU]/L</paragraph>",
    _ENTREE.format(f"{_EXECUTANT}<entryRelationship>{_observation('3016-3', 'TSH', _quantite('2.37', 'm[IU]/L'))}"
                   "</entryRelationship>"),
)  # fmt: skip
MICROBIOLOGIE = _CHAPITRE.format(
    "18725-2",
    "Microbiologie",
    "<paragraph>Urine du matin</paragraph><paragraph>Escherichia coli : Amoxicilline 32 mg/L Résistant ; Ceftriaxone S"
    "</paragraph><paragraph>Enterococcus faecalis : Amoxicilline 1 mg/L S</paragraph>",
    _ENTREE.format(
        _isolat("ECOL", "Escherichia coli", _sensible("18861-5", "Amoxicilline", "R", "32"),
                _sensible("18895-3", "Ceftriaxone", "S"))
        + _isolat("EFAE", "Enterococcus faecalis", _sensible("18861-5", "Amoxicilline", "S", "1"))
    ),
)  # fmt: skip
SECONDE_INTENTION = attache(PDF_VOISIN, "1.2.250.1.213.1.1.2.60")
COPIE_PDF = attache(COPIE, "1.2.250.1.213.1.1.2.243")


def n3(*sections: str, identifiant: str = "1.2.250.1.213.99.7") -> bytes:
    """Un CDA N3 fait de ces sections ; toutes celles de l'exemple par défaut."""
    voulues = sections or (BIOCHIMIE, SOUS_TRAITEES, MICROBIOLOGIE, SECONDE_INTENTION, COPIE_PDF)
    return cda(f"<structuredBody>{''.join(voulues)}</structuredBody>", identifiant=identifiant)

"""Comptes rendus d'essai : un CDA N1 et ce qu'il doit dire."""

from __future__ import annotations

import base64
import io

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from steps.verifications.compte_rendu.attendu import Resultat

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

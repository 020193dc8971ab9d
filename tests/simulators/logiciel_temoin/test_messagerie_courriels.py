"""Ce que contiennent les courriels du logiciel témoin : en-têtes, corps, pièces, archive."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from lxml import etree

from simulators.logiciel_temoin import cda_lecture, pdf, pdfa
from simulators.logiciel_temoin.cda_lecture import Code
from simulators.logiciel_temoin.messagerie_composition import texte_de
from simulators.logiciel_temoin.messagerie_noms import noms_pdf
from tests.simulators.logiciel_temoin.operateur import APP, MEDECIN, ORG, PER, USAGER, Poste

RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"


@pytest.fixture
def poste(environnement: Path) -> Poste:
    return Poste(environnement)


@pytest.fixture
def poste_avec(environnement: Path) -> Callable[..., Poste]:
    return lambda *defauts: Poste(environnement, *defauts)


def lire(octets: bytes) -> EmailMessage:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [defaut for partie in message.walk() for defaut in partie.defects] == []
    return message


def pieces(octets: bytes) -> dict[str, bytes]:
    return {str(p.get_filename()): p.get_content() for p in lire(octets).walk() if p.get_filename()}


def archive(octets: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(pieces(octets)["IHE_XDM.zip"]))


def test_courriel_simple(poste: Poste) -> None:
    """Un courriel sans document : les en-têtes dus, en sept bits, et aucun en-tête X-MSS de document."""
    assert poste.ecrire(objet="Résultats à l'étude", corps="Été.\n.Ligne à point.").resultat == "fait"
    octets = poste.remis[0].octets
    message = lire(octets)
    assert octets.isascii()
    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert message["Subject"] == "Résultats à l'étude"
    assert str(message["From"]) == f"Alix_BIOLOGUE_LABORATOIRE DU BANC <{PER}>"
    assert message["To"] == MEDECIN
    assert message["X-MSS-NIL"] == "TEMOIN-0001"
    assert str(message["Message-ID"]).endswith("@labo.formation.mssante.fr>")
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == ["Été.", ".Ligne à point."]
    absents = ("X-MSS-CODECDA", "X-MSS-INS", "X-MSS-MES", "Reply-To", "Bcc", "In-Reply-To", "Return-Receipt-To")
    assert [nom for nom in absents if nom in message] == []


def test_accuses_et_copies(poste: Poste) -> None:
    """Les accusés sont demandés pour la BAL d'émission ; une copie cachée n'est que dans l'enveloppe."""
    poste.ecrire(copies=[ORG], copies_cachees=[APP], accuse_distribution=True, accuse_lecture=True)
    message = lire(poste.remis[0].octets)
    assert (message["Return-Receipt-To"], message["Disposition-Notification-To"]) == (PER, PER)
    assert poste.remis[0].destinataires == (MEDECIN, ORG, APP)
    assert (message["To"], message["Cc"], APP in poste.remis[0].octets.decode()) == (MEDECIN, ORG, False)


@pytest.mark.parametrize("corps", ["<p>Bonjour <b>été</b></p><p>Fin &amp; suite</p>", "Bonjour été\n\nFin & suite"])
def test_mise_en_forme(poste: Poste, corps: str) -> None:
    """Un corps mis en forme part en deux versions de même contenu, texte d'abord."""
    poste.ecrire(corps=corps, mise_en_forme=True)
    message = lire(poste.remis[0].octets)
    assert message.get_content_type() == "multipart/alternative"
    texte, mis_en_forme = message.iter_parts()
    assert (texte.get_content_type(), mis_en_forme.get_content_type()) == ("text/plain", "text/html")
    assert texte.get_content().split() == texte_de(mis_en_forme.get_content()).split()
    assert texte.get_content().split() == ["Bonjour", "été", "Fin", "&", "suite"]


def test_bal_applicative(poste: Poste) -> None:
    """Un courriel de la BAL applicative dit, en dernier, qu'il est automatique et qui joindre ; Reply-To le redit."""
    poste.ecrire(expediteur=APP)
    poste.labo.reglages.ecrire("adresse_retour_mss", {"professionnel": PER})
    poste.ecrire(expediteur=APP)
    for remis, retour in zip(poste.remis, (ORG, PER), strict=True):
        message = lire(remis.octets)
        assert message["Reply-To"] == retour
        assert str(message["From"]) == f"LABORATOIRE DU BANC <{APP}>"
        derniere = message.get_content().strip().splitlines()[-1]
        assert "automatiquement" in derniere
        assert retour in derniere


def test_document_joint(poste: Poste) -> None:
    """Une archive, un PDF/A-1 identique à celui du CDA, l'objet et les en-têtes tirés du document."""
    document = poste.valider(date_acte="2025-09-12T09:30:00+02:00")
    poste.ecrire(documents=[document])
    message = lire(poste.remis[0].octets)
    jointes = pieces(poste.remis[0].octets)
    nom_pdf = "20250912_CR d'examens biologiques_DUPONT-MARTIN_ZOE.pdf"
    assert list(jointes) == ["IHE_XDM.zip", nom_pdf]
    assert message["Subject"] == "XDM/1.0/DDM+CR d'examens biologiques DUPONT-MARTIN ZOE 03/02/1980"
    assert (message["X-MSS-CODECDA"], message["X-MSS-INS"]) == ("11502-2", "O")
    cda = archive(poste.remis[0].octets).read("IHE_XDM/SUBSET01/DOC0001.XML")
    assert jointes[nom_pdf] == cda_lecture.copie_pdf(cda)
    assert pdfa.est_declare(jointes[nom_pdf])


def test_archive(poste: Poste) -> None:
    """Les fiches de METADATA.XML disent juste : fichier, condensat, taille, patient, association."""
    documents = [poste.valider(), poste.valider(niveau="N1")]
    poste.ecrire(documents=documents)
    message = lire(poste.remis[0].octets)
    fichier = archive(poste.remis[0].octets)
    assert message["X-MSS-CODECDA"] == "11502-2,11502-2"
    assert str(message["Subject"]).startswith("XDM/1.0/DDM+2 documents DUPONT-MARTIN ZOE")
    assert len(pieces(poste.remis[0].octets)) == 3
    assert fichier.namelist()[:3] == ["INDEX.HTM", "README.TXT", "IHE_XDM/SUBSET01/METADATA.XML"]
    racine = etree.fromstring(fichier.read("IHE_XDM/SUBSET01/METADATA.XML"))
    fiches = list(racine.iter(f"{RIM}ExtrinsicObject"))
    for fiche, nom in zip(fiches, ("DOC0001.XML", "DOC0002.XML"), strict=True):
        slots = {s.get("name"): s.findtext(f".//{RIM}Value") for s in fiche.iterfind(f"{RIM}Slot")}
        octets = fichier.read(f"IHE_XDM/SUBSET01/{nom}")
        assert slots["URI"] == nom
        assert slots["hash"] == hashlib.sha1(octets, usedforsecurity=False).hexdigest()
        assert slots["size"] == str(len(octets))
    patients = {str(v) for v in racine.xpath("//*[contains(@value, '&ISO^')]/@value")}  # type: ignore[union-attr]
    assert patients == {"279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"}
    membres = [a for a in racine.iter(f"{RIM}Association") if str(a.get("associationType")).endswith("HasMember")]
    assert [a.get("targetObject") for a in membres] == [f.get("id") for f in fiches]


def test_nouvelle_version(poste: Poste) -> None:
    """La version suivante porte la mention réglée, dans le CDA et le PDF, et désigne la fiche qu'elle remplace."""
    poste.labo.reglages.ecrire("mention_remplacement", "Annule et remplace, mention du site.")
    premiere = poste.valider()
    seconde = poste.valider(remplace=premiere)
    for document in (premiere, seconde):
        poste.ecrire(documents=[document])
    avant, apres = (etree.fromstring(archive(r.octets).read("IHE_XDM/SUBSET01/METADATA.XML")) for r in poste.remis)
    fiche = avant.find(f".//{RIM}ExtrinsicObject")
    lien = next(a for a in apres.iter(f"{RIM}Association") if str(a.get("associationType")).endswith("RPLC"))
    assert fiche is not None
    assert lien.get("targetObject") == fiche.get("id")
    cda = archive(poste.remis[1].octets).read("IHE_XDM/SUBSET01/DOC0001.XML").decode()
    assert "Annule et remplace, mention du site." in cda
    assert "Annule et remplace" not in archive(poste.remis[0].octets).read("IHE_XDM/SUBSET01/DOC0001.XML").decode()


def test_sans_ins_qualifiee(poste: Poste) -> None:
    """Sans INS qualifiée, un document peut partir à un professionnel : X-MSS-INS vaut N, l'INS n'y est pas."""
    poste.patient = poste.creer_patient(statut="RECUP", nom_naissance="AUTRE")
    poste.ecrire(documents=[poste.valider()])
    message = lire(poste.remis[0].octets)
    assert message["X-MSS-INS"] == "N"
    contenu = b"".join(archive(poste.remis[0].octets).read(n) for n in archive(poste.remis[0].octets).namelist())
    assert b"279035121518989" not in contenu


def test_usager(poste: Poste) -> None:
    """L'adresse de l'usager vient de son dossier ; FIN dit que l'on n'attend pas de réponse."""
    enveloppe = poste.ecrire(patient_id=poste.patient, a_usager=True, destinataires=[], sans_reponse=True)
    assert enveloppe.resultat == "fait"
    assert poste.remis[0].destinataires == (USAGER,)
    assert lire(poste.remis[0].octets)["X-MSS-MES"] == "FIN"
    poste.ecrire(sans_reponse=True)
    assert "X-MSS-MES" not in lire(poste.remis[1].octets)


def test_noms_de_pdf_distincts(poste: Poste) -> None:
    """Deux documents de même nom se distinguent par leur numéro ; un caractère interdit est remplacé."""
    document = poste.labo.base.document(poste.valider())
    entete = cda_lecture.lire_entete(document.cda)
    noms = noms_pdf([entete, entete], ["D1", "D2"])
    assert len(set(noms)) == 2
    assert all(nom.count("_") == 4 for nom in noms)
    barre = cda_lecture.EnteteCda(**{**vars(entete), "type_document": Code("1", "2", "Bilan A/B")})
    assert "Bilan A-B" in noms_pdf([barre], ["D1"])[0]


def test_objet_sans_injection(poste: Poste) -> None:
    """Un objet sur plusieurs lignes n'ajoute pas d'en-tête ; une adresse qui n'en est pas une est refusée."""
    poste.ecrire(objet="Bonjour\r\nBcc: autre@x.mssante.fr")
    message = lire(poste.remis[0].octets)
    assert message["Subject"] == "Bonjour Bcc: autre@x.mssante.fr"
    assert "Bcc" not in message
    for adresse in ("sans-arobase", "a@b@c", "a b@c.fr", "a@c.fr>\r\nDATA", "é@c.fr", "<a@c.fr>", "@c.fr"):
        assert poste.ecrire(destinataires=[adresse]).resultat == "refuse", adresse


def test_document_ancien(poste: Poste) -> None:
    """Un PDF ancien qui n'est pas PDF/A-1 ne se joint pas ; un PDF/A-1 part tel quel."""
    conforme = pdf.editer_texte("Ancien", ["Une ligne"])
    for contenu, resultat in ((b"%PDF-1.4\n%vieux", "refuse"), (conforme, "fait")):
        document = poste.fait(
            "enregistrer_document",
            patient_id=poste.patient,
            type_local="CR-BIO",
            titre="Ancien",
            date_acte="2020-01-02T08:00:00+01:00",
            pdf_base64=base64.b64encode(contenu).decode(),
            auteur={"nom": "BIOLOGUE", "prenom": "ALIX", "rpps": "99900000010"},
        )["document"]["document_id"]
        assert poste.ecrire(documents=[document]).resultat == resultat
    assert next(iter(list(pieces(poste.remis[0].octets).values())[1:])) == conforme

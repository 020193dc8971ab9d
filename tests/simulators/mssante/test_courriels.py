"""La matière entrante : fabriquée pour tout patient, reproductible, conforme quand elle le dit."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from functools import cache

import pytest

from reports.verdict import Verdict
from simulators.mssante.courriels import MATIERES, NOMS, Courriel, fabriquer
from simulators.mssante.courriels.formes import NOM_ACCENTUE
from simulators.socle.identites import IDENTITES_DE_TEST, IdentiteTest, par_cas
from steps.controle.examens.xdm import examiner_xdm
from steps.controle.modele import ContexteControle, Examen
from steps.verifications.mssante.verification import juger_courriel
from tests.controle.aides_examens import en_cause, en_texte

BAL = "crbio@labo.formation.mssante.fr"
INSTANT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ENVOYE = (
    b"From: crbio@labo.formation.mssante.fr\r\nSubject: Envoi\r\nMessage-ID: <1@labo.formation.mssante.fr>\r\n\r\nx\r\n"
)
LEGERS = tuple(nom for nom in NOMS if nom not in ("gros", "archive_bombe"))
CONFORMES = tuple(nom for nom in LEGERS if MATIERES[nom].conforme)
_A_REGARDER = {"ins_non_qualifiee": {"XDS-PAT-03"}}
_DEFAUTS = {
    "archive_remonte": "XDM-ZIP-02",
    "archive_absolue": "XDM-ZIP-02",
    "archive_lecteur": "XDM-ZIP-02",
    "archive_doublon": "XDM-ZIP-03",
    "archive_lien": "XDM-ZIP-04",
    "archive_chiffree": "XDM-ZIP-05",
    "archive_bombe": "XDM-ZIP-08",
    "archive_crc_faux": "XDM-ZIP-08",
    "archive_imbriquee": "XDM-ZIP-11",
    "archive_tronquee": "XDM-ZIP-01",
    "archive_vide": "XDM-STR-01",
    "archive_sans_metadonnees": "XDM-STR-01",
    "archive_hash_faux": "DMP-XDS-21",
    "cda_entites": "CDA-LEC-01",
    "cda_entite_externe": "CDA-LEC-01",
    "cda_tronque": "CDA-LEC-01",
    "metadonnees_entites": "XDS-LEC-02",
    "deux_documents_meme_id": "XDS-IDS-02",
    "ins_differente": "DMP-COH-05",
    "deux_patients": "DMP-COH-05",
    "pro_lot_suppression": "XDS-LOT-01",
}


_FAUTES = {
    "accents_bruts_utf8": "MSS-FRM-09",
    "accents_bruts_latin1": "MSS-FRM-09",
    "accents_coupes": "MSS-FRM-08",
    "accents_charset_inconnu": "MSS-FRM-08",
    "accents_mot_trop_long": "MSS-FRM-08",
    "nom_de_piece_brut": "MSS-FRM-09",
    "fins_melees": "MSS-FRM-02",
    "cr_isoles": "MSS-FRM-02",
    "sans_fin_de_ligne": "MSS-FRM-05",
    "ligne_trop_longue": "MSS-FRM-03",
    "corps_html_seul": "MSS-CRP-01",
    "corps_latin1": "MSS-CRP-03",
    "sans_message_id": "MSS-ENT-04",
    "sans_date": "MSS-ENT-01",
    "deux_objets": "MSS-ENT-02",
    "archive_sans_pdf": "MSS-PJT-05",
    "archive_type_generique": "MSS-PJT-03",
    "pdf_sans_archive": "MSS-PJT-01",
    "deux_patients": "MSS-ARC-01",
    "mdn_deux_parties": "MSS-AVI-02",
    "mdn_erreur_902_ancienne": "MSS-AVI-06",
    "xmss_codecda_faux": "MSS-XMS-03",
    "xmss_codecda_partiel": "MSS-XMS-03",
    "xmss_codecda_absent": "MSS-XMS-03",
    "xmss_codecda_sans_document": "MSS-XMS-03",
    "xmss_ins_fausse": "MSS-XMS-02",
    "xmss_ins_fausse_oui": "MSS-XMS-02",
    "xmss_ins_absente": "MSS-XMS-02",
    "xmss_ins_mot": "MSS-XMS-02",
    "xmss_nil_absent": "MSS-XMS-01",
    "xmss_nil_vide": "MSS-XMS-01",
    "xmss_soulignes": "MSS-XMS-07",
    "xmss_doubles": "MSS-XMS-08",
    "xmss_mes_pro": "MSS-XMS-06",
}


@cache
def courriel(nom: str, patient: IdentiteTest | None = None, graine: str = "g") -> Courriel:
    """La matière de ce nom, datée ; en réponse à un envoi pour celles qui en ont besoin."""
    original = ENVOYE if nom == "pro_reponse" else None
    return fabriquer(
        nom, patient=patient or par_cas("nominal"), destinataire=BAL, instant=INSTANT, graine=graine, original=original
    )  # fmt: skip


def lire(octets: bytes) -> EmailMessage:
    """Le courriel, selon la politique moderne."""
    lu = message_from_bytes(octets, policy=default)
    assert isinstance(lu, EmailMessage)
    return lu


def archive(lu: EmailMessage) -> bytes | None:
    """La première archive jointe, à toute profondeur."""
    for partie in lu.walk():
        if (partie.get_filename() or "").lower() == "ihe_xdm.zip":
            octets = partie.get_payload(decode=True)
            assert isinstance(octets, bytes)
            return octets
    return None


def codes(examen: Examen) -> set[str]:
    """Codes en cause de l'archive et de tout ce qu'elle contient."""
    return en_cause(examen).union(*(codes(inclus) for _, inclus in examen.inclus))


@pytest.mark.parametrize("nom", LEGERS)
def test_reproductible(nom: str) -> None:
    """Même graine, mêmes octets ; autre graine, autre message ; une note dit ce que c'est."""
    un, deux, autre = courriel(nom), courriel.__wrapped__(nom), courriel.__wrapped__(nom, graine="h")
    assert un.octets == deux.octets and un.octets != autre.octets
    assert un.nom == nom and un.note and un.conforme is MATIERES[nom].conforme
    if nom not in ("sans_message_id", "messages_emboites"):
        assert un.message_id != autre.message_id and un.message_id.encode() in un.octets


@pytest.mark.parametrize("nom", CONFORMES)
def test_forme_des_conformes(nom: str) -> None:
    """CRLF partout, en-têtes en ASCII, lignes bornées, aucun défaut à la lecture, un seul exemplaire des en-têtes."""
    un = courriel(nom)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", un.octets)
    entetes = un.octets.partition(b"\r\n\r\n")[0]
    assert entetes.isascii() and max(map(len, un.octets.split(b"\r\n"))) <= 998
    lu = lire(un.octets)
    assert not [defaut for partie in lu.walk() for defaut in partie.defects]
    for entete in ("From", "To", "Date", "Message-ID"):
        assert len(lu.get_all(entete) or []) == 1, entete
    assert lu["To"] == BAL and str(lu["Message-ID"]) == un.message_id
    assert " ".join(str(lu["Subject"] or "").split()) == " ".join(un.objet.split())


@pytest.mark.parametrize("nom", CONFORMES)
def test_archive_conforme(nom: str) -> None:
    """Nos vérifications jugent conforme l'archive d'une matière conforme, CDA compris."""
    jointe = archive(lire(courriel(nom).octets))
    if jointe is None:
        return
    examen = examiner_xdm(jointe, ContexteControle())
    assert codes(examen) == _A_REGARDER.get(nom, set()), en_texte(examen)


@pytest.mark.parametrize("nom", sorted(_DEFAUTS))
def test_archive_fautive(nom: str) -> None:
    """Chaque archive fautive est prise par sa règle."""
    jointe = archive(lire(courriel(nom).octets))
    assert jointe is not None
    examen = examiner_xdm(jointe, ContexteControle())
    assert _DEFAUTS[nom] in codes(examen) and examen.verdict is not Verdict.CONFORME


@pytest.mark.parametrize("nom", CONFORMES)
def test_courriel_juge_conforme(nom: str) -> None:
    """Les règles des courriels ne trouvent rien de non conforme à une matière qui se dit conforme."""
    constats = juger_courriel(courriel(nom).octets, documents=False).constats
    fautes = [constat for constat in constats if constat.verdict is Verdict.NON_CONFORME]
    assert constats and not fautes


@pytest.mark.parametrize("nom", sorted(_FAUTES))
def test_courriel_juge_fautif(nom: str) -> None:
    """Chaque faute posée est prise par la règle qui la vise."""
    constats = juger_courriel(courriel(nom).octets, documents=False).constats
    assert _FAUTES[nom] in {constat.code for constat in constats if constat.verdict is not Verdict.CONFORME}


@pytest.mark.parametrize("identite", IDENTITES_DE_TEST, ids=lambda identite: identite.cas)
def test_tout_patient(identite: IdentiteTest) -> None:
    """Trois documents, N3 et N1, sont conformes pour chaque identité de test, aussi singulière soit-elle."""
    un = courriel("pro_plusieurs", identite)
    jointe = archive(lire(un.octets))
    assert jointe is not None
    examen = examiner_xdm(jointe, ContexteControle())
    assert not codes(examen), en_texte(examen)
    assert all(identite.matricule_ins.encode() in document.cda for document in un.documents)


def test_copies_pdf() -> None:
    """Une copie par CDA : celle d'un N1 est le PDF encapsulé ; les noms sont ceux des documents, tous distincts."""
    un = courriel("pro_plusieurs")
    copies = [p for p in lire(un.octets).iter_attachments() if p.get_content_type() == "application/pdf"]
    assert [p.get_content() for p in copies] == [document.pdf for document in un.documents]
    noms = [p.get_filename() for p in copies]
    assert noms == [document.nom_pdf for document in un.documents] and len(set(noms)) == 3
    assert noms[0] == "20261119_CR d'examens biologiques_AUBRIVAL_ELOISE.pdf"


def test_en_tetes_mss() -> None:
    """X-MSS-CODECDA, X-MSS-INS et X-MSS-NIL disent ce que l'archive contient ; rien sans archive."""
    lu = lire(courriel("pro_plusieurs").octets)
    assert (lu["X-MSS-CODECDA"], lu["X-MSS-INS"]) == ("11502-2,11490-0,18748-4", "O") and lu["X-MSS-NIL"]
    assert lire(courriel("ins_non_qualifiee").octets)["X-MSS-INS"] == "N"
    sans = lire(courriel("pdf_sans_archive").octets)
    assert sans["X-MSS-CODECDA"] is None and sans["X-MSS-INS"] is None and sans["X-MSS-NIL"]


def test_remplacement() -> None:
    """La version 2 remplace le document que `pro_n3` porte pour la même graine, dans la même série."""
    (premier,), (second,) = courriel("pro_n3").documents, courriel("pro_remplacement").documents
    assert second.remplace == premier.oid != second.oid
    assert (second.oid_serie, second.version) == (premier.oid_serie, 2)
    assert (
        premier.oid.encode() in second.cda and courriel("pro_n3").message_id != courriel("pro_remplacement").message_id
    )


@pytest.mark.parametrize("nom", [nom for nom in CONFORMES if nom.startswith("accents_")])
def test_accents(nom: str) -> None:
    """Quel que soit l'encodage, un lecteur retrouve le libellé de l'expéditeur et le nom de la pièce."""
    un = courriel(nom)
    lu = lire(un.octets)
    attendu = NOM_ACCENTUE.replace("œ", "oe") if nom == "accents_latin1" else NOM_ACCENTUE
    # `display_name` de la bibliothèque standard laisse une espace entre deux mots encodés : la forme brute est décodée.
    brut = "".join(str(message_from_bytes(un.octets)["From"]).splitlines()).partition(" <")[0]
    assert str(make_header(decode_header(brut))) == attendu
    assert "CR d'imagerie médicale" in str(lu["Subject"])
    assert any("CR d'imagerie médicale" in (p.get_filename() or "") for p in lu.iter_attachments())


def test_gros() -> None:
    """La matière `gros` fait 20 Mo à 0,1 % près, ou la taille demandée."""
    for taille, voulue in ((0, 20 * 10**6), (3 * 10**6, 3 * 10**6)):
        un = fabriquer("gros", patient=par_cas("nominal"), destinataire=BAL, taille=taille)
        assert abs(len(un.octets) - voulue) < voulue / 1000


def test_expediteur_connu() -> None:
    """Un correspondant connu signe son document ; une BAL inconnue est celle du laboratoire voisin."""
    adresse = "helene.duverger@maison-de-sante.formation.mssante.fr"
    un = fabriquer("pro_n1", patient=par_cas("nominal"), destinataire=BAL, expediteur=adresse)
    assert lire(un.octets)["From"].addresses[0].addr_spec == adresse and b"DUVERGER" in un.documents[0].cda
    autre = fabriquer("pro_n1", patient=par_cas("nominal"), destinataire=BAL, expediteur="x@y.mssante.fr")
    assert lire(autre.octets)["From"].addresses[0].addr_spec == "x@y.mssante.fr" and b"VOISIN" in autre.documents[0].cda


def test_nom_inconnu() -> None:
    """Un nom inconnu est refusé, et le message donne ceux qui existent."""
    with pytest.raises(KeyError, match="pro_n3"):
        courriel("pro_n4")
    with pytest.raises(ValueError, match="original"):
        fabriquer("pro_reponse", patient=par_cas("nominal"), destinataire=BAL)

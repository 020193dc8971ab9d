"""Un dialogue de messagerie et un courriel se lisent dans le rapport."""

from __future__ import annotations

import base64
import io
import zipfile
from datetime import UTC, datetime

import pytest

from reports.constat import Constat
from reports.extraits import resume_echange, texte_requete
from reports.extraits_courriel import extraire_courriel
from reports.resultat import ResultatScenario
from reports.verdict import Moyen, Verdict
from reports.vues_dialogues import lire_ligne
from reports.vues_echanges import VueDialogue, VueEchange, VuesEchanges
from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete, Tls

INSTANT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _archive() -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("IHE_XDM/SUBSET01/METADATA.XML", "<x/>")
    return tampon.getvalue()


def _courriel() -> bytes:
    piece = base64.encodebytes(_archive()).replace(b"\n", b"\r\n")
    return (
        b"From: =?utf-8?q?Secr=C3=A9tariat?= <labo@labo.fr>\r\nSubject: =?utf-8?b?UsOpc3VsdGF0?=\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="f"\r\n\r\n'
        b"--f\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour \xc3\xa0 tous\r\n"
        b'--f\r\nContent-Type: application/zip; name="IHE_XDM.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + piece
        + b"--f--\r\n"
    )


def _commande(numero: int, operation: str, cible: str = "", reponse: str = "250 Ok", **notes: str) -> Echange:
    corps = CorpsMemoire(_courriel() if operation == "smtp:DATA" else b"")
    verbe = operation.partition(":")[2]
    return Echange(
        numero=numero,
        service="mssante",
        operation=operation,
        debut=INSTANT,
        fin=INSTANT,
        requete=Requete("" if verbe == "connexion" else verbe, cible, corps=corps, version_http=""),
        reponse=Reponse(int(reponse[:3]), (), CorpsMemoire(f"{reponse}\r\n".encode())) if reponse else None,
        tls=Tls("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384") if numero > 2 else None,
        panne="coupure_avant_reponse" if not reponse and verbe != "fin" else None,
        notes={"connexion": "s1", **notes},
    )


DIALOGUE = {
    e.numero: e
    for e in (
        _commande(1, "smtp:connexion", reponse="220 banc"),
        _commande(2, "smtp:STARTTLS", reponse="220 prêt"),
        _commande(3, "smtp:MAIL", "FROM:<labo@labo.fr>", bal="labo@labo.fr"),
        _commande(4, "smtp:DATA"),
        _commande(5, "smtp:RSET", reponse=""),
        _commande(6, "smtp:fin", reponse=""),
    )
}


def _resultat(*echanges: int) -> ResultatScenario:
    return ResultatScenario(
        rem="BIO",
        exigence="MSS/va1.12",
        scenario="MSS/va1.12.01",
        titre="essai",
        section="MSS",
        vague=1,
        profil="Général",
        verdict=Verdict.NON_CONFORME,
        moyen=Moyen.MACHINE,
        constats=(Constat("MSS-ENT-04", Verdict.NON_CONFORME, "faux", echanges=(4,)),),
        echanges=echanges,
    )


def test_une_connexion_d_un_bloc() -> None:
    """Les échanges d'une connexion se suivent dans une seule vue, le courriel décodé à sa place."""
    [vue] = VuesEchanges(DIALOGUE, [_resultat(*DIALOGUE)]).du_scenario(_resultat(*DIALOGUE))
    assert isinstance(vue, VueDialogue)
    assert vue.numeros == tuple(DIALOGUE) and vue.connexion == "s1" and vue.protocole == "SMTP"
    assert vue.bal == "labo@labo.fr" and vue.tls.startswith("TLSv1.2")
    [message] = [v.requete for v, _ in vue.vues if v.requete.taille]
    assert "Subject: Résultat" in message.extrait and "IHE_XDM/SUBSET01/METADATA.XML" in message.extrait


def test_autres_echanges_inchanges() -> None:
    """Un échange HTTP au milieu d'un dialogue garde sa propre vue."""
    http = Echange(9, "insi", "recherche", INSTANT, INSTANT, Requete("POST", "/lps"), Reponse(200))
    connus = {**DIALOGUE, 9: http}
    vues = VuesEchanges(connus, [_resultat(*connus)]).du_scenario(_resultat(*connus))
    assert [type(vue) for vue in vues] == [VueDialogue, VueEchange]


def test_lignes() -> None:
    """Commande à gauche, réponse à droite, incidents dits ; jamais « HTTP » devant un code SMTP."""
    lignes = {numero: lire_ligne(echange) for numero, echange in DIALOGUE.items()}
    assert (lignes[1].client, lignes[1].serveur) == ("", "220 banc")
    assert (lignes[3].client, lignes[3].serveur) == ("MAIL FROM:<labo@labo.fr>", "250 Ok")
    assert lignes[5].incident == "coupée sans réponse, panne « coupure_avant_reponse »"
    assert lignes[6].incident == "connexion fermée"
    assert "HTTP" not in resume_echange(DIALOGUE[3]) + texte_requete(DIALOGUE[3].requete)


def test_courriel_lisible() -> None:
    """En-têtes décodés dans l'ordre, texte, pièces nommées ; le base64 n'y est pas."""
    texte = extraire_courriel(CorpsMemoire(_courriel())).texte
    assert texte.startswith("From: Secrétariat <labo@labo.fr>\nSubject: Résultat")
    assert "Bonjour à tous" in texte and "application/zip « IHE_XDM.zip »" in texte
    assert "UEsDB" not in texte


@pytest.mark.parametrize(
    "octets",
    [
        b"\x00\xff\xfe",
        b"Subject: =?x?b?!?=\n\n",
        b"Content-Type: text/plain; charset=rien\n\n\xe9",
        b"PK",
        b"A: b\n" * 99,
    ],
)
def test_octets_quelconques(octets: bytes) -> None:
    """Des octets quelconques donnent un texte, sans exception et sous la limite."""
    assert len(extraire_courriel(CorpsMemoire(octets), 300).texte) <= 300

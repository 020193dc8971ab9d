"""Des courriels justes, écrits autrement : aucun ne donne de manquement."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial

import pytest

from reports.verdict import Verdict
from steps.controle.modele import Gravite, gravite
from steps.verifications.mssante import pieces
from steps.verifications.mssante.contexte import BalEmission, ContexteCourriel
from steps.verifications.mssante.courriel_lecture import lire_courriel
from steps.verifications.mssante.verification import juger_courriel, verifier_courriel
from tests.mutants.courriels.envoi import deux_documents
from tests.verifications.cda.fabrique import OID_TEST
from tests.verifications.dmp.fabrique import externe
from tests.verifications.mssante.fabrique_avis import avis_mes, mdn
from tests.verifications.mssante.fabrique_courriels import (
    APP,
    CORRESPONDANT,
    ENTETES,
    MENTION,
    NIL,
    NOM_PDF,
    OBJET,
    ORG,
    PATIENT,
    PER,
    SANS_XDM,
    TEXTE,
    USAGER,
    Joint,
    Lettre,
    alternative,
    archive,
    assembler,
    contexte,
    courriel,
    document,
    joints,
    message,
    pdf,
    texte_brut,
    texte_html,
)
from tests.verifications.xdm.fabrique import Piece
from tests.verifications.xdm.fabrique import archive as archive_xdm

_HTML = f"""<html><head><title>CR</title><style>p {{ color: red }}</style></head><body><p>Bonjour,</p>
<ul><li>sodium&nbsp;: normal</li><li>potassium : <b>nor</b>mal</li></ul>
<p>Courriel envoyé <i>automatiquement</i>. Nous joindre :
<a href="mailto:{ORG.adresse}">{ORG.adresse}</a></p></body></html>"""
_BRUT = f"""Bonjour,\r\n\r\n  - sodium : normal\r\n  - potassium : normal\r\n
Courriel envoyé automatiquement. Nous joindre : {ORG.adresse}\r\n"""
_PARENT = message(Message_ID="<p@x.fr>", References=None, In_Reply_To="<avant@x.fr>")
_LONGUE = message(Message_ID="<p@x.fr>", References=" ".join(f"<{rang}@x.fr>" for rang in range(20)))


def _entetes(**entetes: str | None) -> partial[bytes]:
    return partial(courriel, entetes={nom.replace("_", "-"): valeur for nom, valeur in entetes.items()})


def _corps(corps: bytes) -> partial[bytes]:
    return partial(courriel, corps=corps)


def _texte(entetes: str, contenu: bytes) -> partial[bytes]:
    return _corps(entetes.encode() + b"\r\n" + contenu)


def _pieces(*pieces: Joint) -> partial[bytes]:
    return partial(courriel, pieces=pieces)


def _nom_pdf(nom: str) -> partial[bytes]:
    return _pieces(joints()[0], Joint(nom, "application/pdf", pdf()))


def _par_la_bibliotheque() -> bytes:
    """Le même envoi, écrit par la bibliothèque standard."""
    lettre = EmailMessage(policy=SMTP)
    for nom, valeur in ENTETES.items():
        if nom != "MIME-Version":
            lettre[nom] = valeur
    lettre.set_content(TEXTE.replace("\r\n", "\n") + MENTION.replace("\r\n", "\n"))
    lettre.add_attachment(archive(), maintype="application", subtype="zip", filename="IHE_XDM.ZIP")
    lettre.add_attachment(pdf(), maintype="application", subtype="pdf", filename=NOM_PDF)
    return lettre.as_bytes()


def _sans_ins() -> bytes:
    """Une identité locale : X-MSS-INS vaut N."""
    local = '<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>'
    cx = "IPP1^^^&amp;1.2.250.1.213.99.1.7&amp;ISO^PI"
    piece = Piece(
        octets=document(ids_patient=local),
        fiche={"patientId": externe("58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId", cx)},
    )
    lot = {"patientId": externe("6b5aea1a-874d-4603-a4bc-96a0a7b38446", "XDSSubmissionSet.patientId", cx)}
    jointe = Joint("IHE_XDM.zip", "application/zip", archive_xdm(piece, lot=lot))
    return courriel(entetes={"X-MSS-INS": "N"}, pieces=(jointe, joints()[1]))


def _preambule() -> bytes:
    return courriel().replace(
        b'boundary="principale-1"\r\n\r\n', b'boundary="principale-1"\r\n\r\nMessage en plusieurs parties.\r\n'
    ) + b"suite\r\n"  # fmt: skip


def _suivi() -> bytes:
    tete = (
        b"Return-Path: <crbio@labo.formation.mssante.fr>\r\nReceived: from a by b; Fri, 20 Nov 2026 10:15:31 +0100\r\n"
    )
    return tete + b"Received: from c by d;\r\n\tFri, 20 Nov 2026 10:15:30 +0100\r\n" + courriel()


def _signe() -> bytes:
    """Le message dans un multipart/signed."""
    tete, _, _ = courriel().partition(b"Content-Type: multipart/mixed")
    interieur = courriel()[len(tete) :]
    signature = b"Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\nTUlN\r\n"
    entete = (
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="s1"\r\n\r\n'
    )
    return tete + entete + assembler((interieur, signature), "s1")


_DISPOSITION = "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: {}\r\n"

VARIANTES: dict[str, Callable[[], bytes]] = {
    "bibliothèque standard": _par_la_bibliotheque,
    "en-têtes en minuscules": lambda: courriel().replace(b"X-MSS-", b"x-mss-").replace(b"Message-ID", b"message-id"),
    "objet replié": _entetes(Subject=OBJET.replace(" D'ETE", "\r\n D'ETE")),
    "objet en RFC 2047": _entetes(
        Subject="=?utf-8?q?XDM/1=2E0/DDM+CR_d'examens_biologiques?=\r\n =?utf-8?q?_D'ETE-DURAND_ANNE?="),
    "objet en base64": _entetes(
        Subject="=?utf-8?b?WERNLzEuMC9ERE0rQ1IgZCdleGFtZW5zIGJpb2xvZ2lxdWVzIEQn?=\r\n"
        " =?utf-8?b?RVRFLURVUkFORCBBTk5F?="),
    "objet sans date de naissance": _entetes(Subject=OBJET.removesuffix(" 31/12/1990")),
    "objet au prénom en minuscules": _entetes(Subject=OBJET.replace("ANNE", "Anne")),
    "objet au nom sans trait d'union": _entetes(Subject=OBJET.replace("D'ETE-DURAND", "D ETE DURAND")),
    "date sans jour": _entetes(Date="20 Nov 2026 10:15:30 +0100"),
    "date à commentaire": _entetes(Date="Fri, 20 Nov 2026 10:15:30 +0100 (CET)"),
    "date sans secondes": _entetes(Date="Fri, 20 Nov 2026 10:15 +0100"),
    "date repliée, jour d'un chiffre": _entetes(Date="Sun,\r\n 1 Nov 2026 00:00:00 +0000"),
    "destinataire entre guillemets": _entetes(To=f'"MEDECIN, Camille" <{CORRESPONDANT}>'),
    "destinataire accentué": _entetes(To=f"=?iso-8859-1?q?Zo=E9_M=C9DECIN?= <{CORRESPONDANT}>"),
    "plusieurs destinataires": _entetes(To=f"{CORRESPONDANT},\r\n autre@cabinet.formation.mssante.fr", Cc=ORG.adresse),
    "destinataires cachés": _entetes(To="undisclosed-recipients:;"),
    "copie seule": _entetes(To=None, Cc=CORRESPONDANT),
    "Bcc vide": _entetes(Bcc=""),
    "libellé entre guillemets": _entetes(From=f'"LABORATOIRE DU BANC" <{APP.adresse}>'),
    "libellé en RFC 2047": _entetes(From=f"=?utf-8?b?TEFCT1JBVE9JUkUgRFUgQkFOQw==?= <{APP.adresse.upper()}>"),
    "Reply-To à libellé": _entetes(Reply_To=f"Secrétariat <{ORG.adresse}>".replace("é", "e")),
    "Message-ID à domaine littéral": _entetes(Message_ID="<1.2@[127.0.0.1]>"),
    "Message-ID replié": _entetes(Message_ID="\r\n <20261120.1@labo.formation.mssante.fr>"),
    "texte en 8bit": _texte("Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n",
                            (TEXTE + MENTION).encode()),
    "texte en quoted-printable": _texte(
        'Content-Type: text/plain; charset="utf-8"; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n',
        b"Courriel envoy=C3=A9 automatiquement =\r\npar nous. Nous joindre : " + ORG.adresse.encode() + b"\r\n"),
    "texte en ASCII": _texte("Content-Type: text/plain; charset=us-ascii\r\n",
                             f"Envoi automatique, joindre {ORG.adresse}\r\n".encode()),
    "texte et HTML": _corps(alternative(texte_brut(_BRUT), texte_html(_HTML))),
    "texte et HTML, liens écrits": _corps(
        alternative(texte_brut(_BRUT + f"<mailto:{ORG.adresse}>\r\n"), texte_html(_HTML))),
    "multipart/signed": _signe,
    "préambule et épilogue": _preambule,
    "message reçu, avec ses traces": _suivi,
    "dernière frontière sans saut de ligne": lambda: courriel().removesuffix(b"\r\n"),
    "PDF avant l'archive": _pieces(*reversed(joints())),
    "archive en capitales": _pieces(Joint("IHE_XDM.ZIP", "application/zip", archive()), joints()[1]),
    "nom dans Content-Type": _pieces(joints()[0], Joint("", "", pdf(), entetes=_DISPOSITION.format(
        "attachment; size=1; filename*0*=utf-8''20261119_CR%20d%27examens;\r\n"
        " filename*1*=%20biologiques_D%27%C3%89T%C3%89-DURAND;\r\n filename*2=_ANNE.pdf"))),
    "PDF nommé sans accents": _nom_pdf("20261119_CR d'examens biologiques_D'ETE-DURAND_Anne.pdf"),
    "PDF nommé avec un dossier": _nom_pdf("20261119_CR d'examens biologiques_D'ETE-DURAND_ANNE_D2026-11.PDF"),
    "PDF nommé à tirets bas": _nom_pdf("20261119_CR_d_examens_biologiques_D_ETE_DURAND_ANNE.pdf"),
    "deux documents": lambda: deux_documents("XDM/1.0/DDM+2 documents D'ETE-DURAND ANNE 31/12/1990"),
    "codes dans un autre ordre":
        lambda: deux_documents("XDM/1.0/DDM+2 documents D'ETE-DURAND ANNE", "34112-3, 11502-2"),
    "niveau 1": partial(courriel, "N1"),
}  # fmt: skip

CONTEXTES: dict[str, tuple[Callable[[], bytes], ContexteCourriel]] = {
    "accusé de lecture demandé": (
        _entetes(Disposition_Notification_To=f"Labo <{APP.adresse}>"), contexte(demande_lecture=True)),
    "personne, titre et entité": (
        partial(message, From=f"Dr_Alix_BIOLOGUE_LABORATOIRE DU BANC <{PER.adresse}>"), contexte(bal_emission=PER)),
    "personne, nom et prénom seuls": (
        partial(message, From=f"Alix_BIOLOGUE <{PER.adresse}>"), contexte(bal_emission=PER)),
    "personne, champs vides gardés": (
        partial(message, From=f'"_Alix_BIOLOGUE_" <{PER.adresse}>'), contexte(bal_emission=PER)),
    "organisation, sans Reply-To": (
        partial(message, TEXTE, From=f"Laboratoire du banc <{ORG.adresse}>", Reply_To=None),
        contexte(bal_emission=ORG)),
    "vers un usager": (_entetes(To=USAGER), contexte(destinataires=(USAGER,))),
    "vers un usager, sans réponse": (
        _entetes(To=USAGER, X_MSS_MES="FIN"), contexte(destinataires=(USAGER,), sans_reponse=True)),
    "réponse": (
        partial(message, In_Reply_To="<p@x.fr>", References="<avant@x.fr>\r\n\t<p@x.fr>"),
        contexte(en_reponse_a=_PARENT)),
    "longue conversation raccourcie": (
        partial(message, In_Reply_To="<p@x.fr>", References="<0@x.fr> <18@x.fr> <19@x.fr> <p@x.fr>"),
        contexte(en_reponse_a=_LONGUE)),
    "accusés demandés et présents": (
        partial(message, Return_Receipt_To=APP.adresse, Disposition_Notification_To=f"Labo <{APP.adresse}>"),
        contexte(demande_distribution=True, demande_lecture=True, notify=("SUCCESS,FAILURE",))),
    "adresse de retour en capitales": (
        partial(message, Reply_To=ORG.adresse.upper()), contexte()),
    "vers un usager, sans document ni contexte": (partial(message, To=USAGER), ContexteCourriel()),
    "personne dont le prénom n'est pas connu": (
        partial(message, From=f"Dr_Alix_BIOLOGUE <{PER.adresse}>"),
        contexte(bal_emission=BalEmission(PER.adresse, "PER", "", "BIOLOGUE"))),
    "rien de connu": (courriel, ContexteCourriel()),
    "avis d'échec d'intégration": (partial(mdn, echec=True), ContexteCourriel(nil=NIL)),
    "avis de Mon espace santé": (avis_mes, ContexteCourriel()),
}  # fmt: skip


def _manquements(octets: bytes, su: ContexteCourriel | None) -> list[str]:
    graves = (Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.INDETERMINE)
    return [constat.en_texte() for constat in verifier_courriel(octets, su) if gravite(constat) in graves]


@pytest.mark.parametrize("nom", VARIANTES)
def test_variante(nom: str) -> None:
    """La variante ne donne aucun manquement, le contexte étant entièrement connu ou inconnu."""
    octets = VARIANTES[nom]()
    usuel = contexte(en_reponse_a=None, demande_distribution=False, demande_lecture=False)
    assert _manquements(octets, usuel) == []
    assert _manquements(octets, None) == []


@pytest.mark.parametrize("nom", CONTEXTES)
def test_variante_et_contexte(nom: str) -> None:
    """L'envoi et ce que l'on en sait s'accordent."""
    fabrique, su = CONTEXTES[nom]
    assert _manquements(fabrique(), su) == []


def test_accuse_non_choisi() -> None:
    """Return-Receipt-To dans un courriel pour lequel l'utilisateur n'a rien demandé : une personne regarde le choix."""
    octets = message(Return_Receipt_To=APP.adresse)
    constats = verifier_courriel(octets, contexte(en_reponse_a=None, demande_distribution=False))
    assert [c.verdict for c in constats if c.code == "MSS-ACC-01"] == [Verdict.A_VERIFIER]


@pytest.mark.parametrize(
    ("notify", "verdict"),
    [((), Verdict.NON_CONFORME), (("FAILURE,DELAY",), Verdict.NON_CONFORME), (("NEVER",), Verdict.NON_CONFORME),
     (("success,failure",), Verdict.A_VERIFIER)],
)  # fmt: skip
def test_accuse_par_l_enveloppe(notify: tuple[str, ...], verdict: Verdict) -> None:
    """Sans en-tête, seul NOTIFY=SUCCESS demande un accusé de distribution ; celui des échecs n'en est pas un."""
    constats = verifier_courriel(message(), contexte(demande_distribution=True, notify=notify))
    assert [c.verdict for c in constats if c.code == "MSS-ACC-01"] == [verdict]


def test_sans_ins() -> None:
    """Une identité locale : X-MSS-INS vaut N ; seules les métadonnées disent le patient moins bien reconnu."""
    codes = {c.code for c in verifier_courriel(_sans_ins(), contexte()) if gravite(c) is Gravite.AVERTISSEMENT}
    assert codes == {"XDS-PAT-03"}


def test_le_compte_y_est() -> None:
    """Au moins cinquante variantes."""
    assert len(VARIANTES) + len(CONTEXTES) >= 50


def test_sans_contexte_rien_ne_manque_en_silence() -> None:
    """Ce que le contexte ne dit pas est nommé, et ne donne aucun constat."""
    jugement = juger_courriel(courriel())
    assert not [constat for constat in jugement.constats if constat.message.startswith("faute de contexte")]
    assert {phrase.rpartition("(")[2] for phrase in jugement.non_joues} >= {"MSS-EXP-05)", "MSS-ARC-02)", "MSS-ACC-01)"}


def test_message_d_un_usager() -> None:
    """Un message qui vient d'un usager n'est pas jugé comme celui d'un logiciel."""
    octets = Lettre({**SANS_XDM, "From": USAGER, "X-MSS-NIL": None}, pieces=()).en_octets()
    assert juger_courriel(octets).nature == "usager"
    assert _manquements(octets, None) == []


def test_avis_sous_l_objet_du_courriel() -> None:
    """Un accusé qui reprend l'objet d'une transmission n'en est pas une : aucune archive n'y manque."""
    avis, joue = lire_courriel(mdn()), contexte()
    assert avis.objet == OBJET
    assert [*pieces.archive(avis, joue), *pieces.presentation(avis, joue)] == []


def test_patient_de_la_fabrique() -> None:
    """L'identité du contexte est celle du CDA de la fabrique."""
    assert (PATIENT.oid_ins, USAGER.partition("@")[0]) == (OID_TEST, PATIENT.matricule_ins)

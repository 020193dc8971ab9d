"""Défauts d'envoi : expéditeur, conversation, accusés, X-MSS, corps, objet."""

from __future__ import annotations

from functools import partial

from steps.controle.modele import Gravite
from tests.mutants.courriels.modele import A, E, MutantCourriel, R, mutant
from tests.verifications.mssante.fabrique_courriels import (
    APP,
    CORRESPONDANT,
    MENTION,
    OBJET,
    ORG,
    PER,
    SANS_XDM,
    TEXTE,
    USAGER,
    Joint,
    Lettre,
    alternative,
    courriel,
    document,
    joints,
    message,
    pdf,
    piece_xdm,
    texte_brut,
    texte_html,
)
from tests.verifications.xdm.fabrique import archive as archive_xdm

_ORIGINE = message(
    Message_ID="<origine@cabinet.formation.mssante.fr>", References="<a@x.fr> <b@x.fr>", In_Reply_To="<b@x.fr>"
)  # fmt: skip
_FILIATION = "<a@x.fr> <b@x.fr> <origine@cabinet.formation.mssante.fr>"
_PARENT = "<origine@cabinet.formation.mssante.fr>"


def _de(valeur: str) -> partial[bytes]:
    return partial(message, From=valeur)


def _reponse(**entetes: str | None) -> partial[bytes]:
    return partial(message, TEXTE + MENTION, **{"In_Reply_To": _PARENT, "References": _FILIATION, **entetes})


def _personnel(nom: str, code: str, libelle: str, gravite: Gravite = E) -> MutantCourriel:
    """Un libellé fautif d'une boîte personnelle."""
    return mutant(nom, code, _de(f"{libelle} <{PER.adresse}>"), gravite, bal_emission=PER)


EXPEDITEUR = (
    mutant("From sans libellé", "MSS-EXP-01", _de(APP.adresse)),
    mutant("From dont le libellé est l'adresse", "MSS-EXP-01",
           _de(f'"{APP.adresse}" <{APP.adresse}>'), E, "MSS-EXP-04"),
    _personnel("libellé de personne à espaces", "MSS-EXP-02", "Dr Alix BIOLOGUE"),
    _personnel("nom avant prénom", "MSS-EXP-02", "Dr_BIOLOGUE_Alix"),
    _personnel("prénom absent", "MSS-EXP-02", "Dr_BIOLOGUE"),
    _personnel("autre personne", "MSS-EXP-02", "Dr_Morgane_ANALYSTE"),
    _personnel("nom en minuscules", "MSS-EXP-03", "Dr_Alix_Biologue", A),
    mutant("libellé d'une autre entité", "MSS-EXP-04", _de(f"CABINET DU PARC <{APP.adresse}>")),
    mutant("libellé de l'application", "MSS-EXP-04", _de(f"Logiciel de laboratoire <{APP.adresse}>")),
    mutant("entité et autre chose", "MSS-EXP-04", _de(f"LABORATOIRE DU BANC (envois) - accueil <{APP.adresse}>"), A),
    mutant("From d'une autre boîte", "MSS-EXP-05", _de(f"LABORATOIRE DU BANC <{ORG.adresse}>")),
    mutant("deux adresses dans From", "MSS-EXP-05",
           _de(f"LABORATOIRE DU BANC <{APP.adresse}>, LABORATOIRE DU BANC <{ORG.adresse}>")),
    mutant("boîte applicative sans Reply-To", "MSS-EXP-06", partial(message, Reply_To=None), E, "MSS-EXP-07"),
    mutant("Reply-To applicatif", "MSS-EXP-06",
           partial(message, TEXTE + MENTION.replace(ORG.adresse, APP.adresse), Reply_To=APP.adresse),
           adresse_retour=""),
    mutant("Reply-To de type inconnu", "MSS-EXP-06",
           partial(message, TEXTE + MENTION.replace(ORG.adresse, CORRESPONDANT), Reply_To=CORRESPONDANT), A,
           adresse_retour=""),
    mutant("Reply-To d'une autre boîte que celle paramétrée", "MSS-EXP-07",
           partial(message, TEXTE + MENTION.replace(ORG.adresse, PER.adresse), Reply_To=PER.adresse)),
)  # fmt: skip

CONVERSATION = (
    mutant("réponse sans In-Reply-To", "MSS-CNV-01", _reponse(In_Reply_To=None), en_reponse_a=_ORIGINE),
    mutant("réponse à un autre message", "MSS-CNV-01", _reponse(In_Reply_To="<b@x.fr>"), en_reponse_a=_ORIGINE),
    mutant("réponse sans References", "MSS-CNV-02", _reponse(References=None), en_reponse_a=_ORIGINE),
    mutant("References sans les ancêtres", "MSS-CNV-02", _reponse(References=_PARENT), en_reponse_a=_ORIGINE),
    mutant("References sans le message d'origine", "MSS-CNV-02", _reponse(References="<a@x.fr> <b@x.fr>"),
           en_reponse_a=_ORIGINE),
    mutant("References dans un autre ordre", "MSS-CNV-02", _reponse(References=f"<b@x.fr> <a@x.fr> {_PARENT}"),
           en_reponse_a=_ORIGINE),
    mutant("In-Reply-To qui n'est pas un identifiant", "MSS-CNV-03", partial(message, In_Reply_To="votre courriel")),
    mutant("In-Reply-To vide", "MSS-CNV-03", partial(message, In_Reply_To="")),
    mutant("réponse au Message-ID de l'origine", "MSS-CNV-04", _reponse(Message_ID=_PARENT), en_reponse_a=_ORIGINE),
)  # fmt: skip

ACCUSES = (
    mutant("accusé de distribution oublié", "MSS-ACC-01", message, demande_distribution=True),
    mutant("accusé de distribution par l'enveloppe seule", "MSS-ACC-01", message, A, demande_distribution=True,
           notify=("SUCCESS,FAILURE",)),
    mutant("Return-Receipt-To d'un autre", "MSS-ACC-02", partial(message, Return_Receipt_To=ORG.adresse), A,
           demande_distribution=True),
    mutant("accusé de distribution que nul n'a choisi", "MSS-ACC-01",
           partial(message, Return_Receipt_To=APP.adresse), A),
    mutant("accusé de lecture oublié", "MSS-ACC-03", message, demande_lecture=True),
    mutant("Disposition-Notification-To d'un autre", "MSS-ACC-04",
           partial(message, Disposition_Notification_To=ORG.adresse), A, demande_lecture=True),
)  # fmt: skip


def _entetes(**entetes: str | None) -> partial[bytes]:
    return partial(courriel, entetes={nom.replace("_", "-"): valeur for nom, valeur in entetes.items()})


def _sans_sexe() -> bytes:
    abime = document(sexe="")
    return courriel(pieces=(Joint("IHE_XDM.zip", "application/zip", archive_xdm(piece_xdm(octets=abime))), joints()[1]))


_SANS_SEXE = ("CDA-PAT-04", "CDA-STR-03", "XDS-COH-08", "DMP-COH-08", "CDA-STR-01", "CDA-STR-02")

X_MSS = (
    mutant("X-MSS-NIL absent", "MSS-XMS-01", _entetes(X_MSS_NIL=None)),
    mutant("X-MSS-NIL vide", "MSS-XMS-01", _entetes(X_MSS_NIL="")),
    mutant("X-MSS-NIL d'un autre produit", "MSS-XMS-01", _entetes(X_MSS_NIL="DEV000001")),
    mutant("X-MSS-NIL absent d'un message sans document", "MSS-XMS-01", partial(message, X_MSS_NIL=None)),
    mutant("X-MSS-INS absent", "MSS-XMS-02", _entetes(X_MSS_INS=None)),
    mutant("X-MSS-INS à N", "MSS-XMS-02", _entetes(X_MSS_INS="N")),
    mutant("X-MSS-INS en minuscule", "MSS-XMS-02", _entetes(X_MSS_INS="o")),
    mutant("X-MSS-INS à Oui", "MSS-XMS-02", _entetes(X_MSS_INS="Oui")),
    mutant("X-MSS-INS sans document", "MSS-XMS-02", partial(message, X_MSS_INS="O")),
    mutant("X-MSS-CODECDA absent", "MSS-XMS-03", _entetes(X_MSS_CODECDA=None)),
    mutant("X-MSS-CODECDA d'un autre type", "MSS-XMS-03", _entetes(X_MSS_CODECDA="34112-3")),
    mutant("X-MSS-CODECDA d'un type de trop", "MSS-XMS-03", _entetes(X_MSS_CODECDA="11502-2,34112-3")),
    mutant("X-MSS-CODECDA avec son système", "MSS-XMS-03", _entetes(X_MSS_CODECDA="11502-2^LOINC")),
    mutant("X-MSS-CODECDA sans document", "MSS-XMS-03", partial(message, X_MSS_CODECDA="11502-2")),
    mutant("X-MSS-CODECDA répété", "MSS-XMS-04", partial(courriel, suite=b"X-MSS-CODECDA: 11502-2\r\n"), A),
    mutant("X-MSS-MES en minuscules", "MSS-XMS-05",
           partial(message, To=USAGER, X_MSS_MES="fin"), destinataires=(USAGER,),
           sans_reponse=True),
    mutant("X-MSS-MES oublié", "MSS-XMS-05", partial(message, To=USAGER), destinataires=(USAGER,), sans_reponse=True),
    mutant("X-MSS-MES de trop", "MSS-XMS-05", partial(message, To=USAGER, X_MSS_MES="FIN"), destinataires=(USAGER,)),
    mutant("X-MSS-MES vers un professionnel", "MSS-XMS-06", partial(message, X_MSS_MES="FIN"), A),
    mutant("X_MSS_NIL à tirets bas", "MSS-XMS-07", partial(courriel, suite=b"X_MSS_NIL: DEV935997\r\n"), A),
    mutant("X-MSS-NIL répété", "MSS-XMS-08", partial(courriel, suite=b"X-MSS-NIL: DEV935997\r\n"), A),
)  # fmt: skip


def _alternative(brut: str, html: str) -> bytes:
    corps = alternative(texte_brut(brut), texte_html(html))
    return Lettre(dict(SANS_XDM), corps=corps, pieces=()).en_octets()


def _corps(corps: bytes) -> bytes:
    return Lettre(dict(SANS_XDM), corps=corps, pieces=()).en_octets()


_LONG = "a bien supporté son traitement du matin au soir, tous ses examens sont revenus normaux, elle va"
_MENTION = f"Message automatique, joindre {ORG.adresse}"
_BRUT = f"Bonjour,\r\n\r\nVotre patiente va mieux.\r\n\r\n{_MENTION}\r\n"
_P = f"<p>Bonjour,</p><p>Votre patiente va mieux.</p><p>{_MENTION}</p>"
_HTML = f"<html><body>{_P}</body></html>"

CORPS = (
    mutant("HTML seul", "MSS-CRP-01", lambda: _corps(texte_html(_HTML))),
    mutant("HTML avant le texte", "MSS-CRP-01", lambda: _corps(alternative(texte_html(_HTML), texte_brut(_BRUT)))),
    mutant("trois parties", "MSS-CRP-01",
           lambda: _corps(alternative(texte_brut(_BRUT), texte_html(_HTML), texte_html(_HTML)))),
    mutant("RTF", "MSS-CRP-01", lambda: _corps(texte_brut(_BRUT).replace(b"text/plain", b"text/rtf")), E, "MSS-CRP-03",
           "MSS-CRP-06"),
    mutant("corps sans Content-Type", "MSS-CRP-01",
           lambda: _corps(b"\r\nBonjour\r\n\r\n" + _MENTION.encode() + b"\r\n")),
    mutant("aucun texte", "MSS-CRP-01", lambda: courriel(corps=joints()[0].en_octets(), pieces=joints()[1:]), A,
           "MSS-CRP-03", "MSS-CRP-06"),
    mutant("HTML au contenu plus riche", "MSS-CRP-02",
           lambda: _alternative(_BRUT, _HTML.replace("mieux.", "mieux ; le sodium est normal depuis hier soir."))),
    mutant("texte qui renvoie au HTML", "MSS-CRP-02",
           lambda: _alternative(f"Votre lecteur ne montre pas le HTML.\r\n\r\n{_MENTION}", _HTML)),
    mutant("un mot d'écart", "MSS-CRP-02",
           lambda: _alternative(_BRUT.replace("va", _LONG), _HTML.replace("va", _LONG).replace("mieux", "bien")), A),
    mutant("latin-1", "MSS-CRP-03", lambda: _corps(texte_brut(_BRUT, "iso-8859-1")), A),
    mutant("image distante", "MSS-CRP-04",
           lambda: _alternative(_BRUT, _HTML.replace("</p>", '</p><img src="https://suivi.test/1.gif">', 1)), R),
    mutant("feuille de style distante", "MSS-CRP-04",
           lambda: _alternative(_BRUT, _HTML.replace("<body>", '<body><link href="//c.test/a.css">')), R),
    mutant("script", "MSS-CRP-05",
           lambda: _alternative(_BRUT, _HTML.replace("</body>", "<script>alert(1)</script></body>")), A),
    mutant("gestionnaire d'événement", "MSS-CRP-05",
           lambda: _alternative(_BRUT, _HTML.replace("<p>", '<p onclick="x()">', 1)), A),
    mutant("mention automatique absente", "MSS-CRP-06", partial(message, TEXTE)),
    mutant("mention sans adresse", "MSS-CRP-06", partial(message, TEXTE + "\r\nCourriel envoyé automatiquement.\r\n")),
    mutant("mention à l'adresse d'une autre boîte", "MSS-CRP-06",
           partial(message, TEXTE + f"\r\nEnvoi automatique. Nous joindre : {PER.adresse}\r\n")),
    mutant("mention en tête", "MSS-CRP-06",
           partial(message, f"{_MENTION}\r\n\r\nBonjour,\r\n\r\nVoici.\r\n\r\nFin\r\n"),
           A),
    mutant("adresse finale sans dire que l'envoi est automatique", "MSS-CRP-06",
           partial(message, f"Bonjour\r\n\r\nNous joindre : {ORG.adresse}\r\n"), A),
)  # fmt: skip


def _objet(objet: str) -> partial[bytes]:
    return _entetes(Subject=objet)


def _deux(objet: str, codes: str = "11502-2,34112-3") -> bytes:
    """Deux documents du même patient dans une archive."""
    second = document(
        id='<id root="1.2.250.1.213.99.1.100.7"/>', setId='<setId root="1.2.250.1.213.99.1.107"/>',
        code='<code code="34112-3" codeSystem="2.16.840.1.113883.6.1" displayName="CR hospitalier"/>',
    )  # fmt: skip
    from tests.verifications.dmp.fabrique import code
    from tests.verifications.xdm.fabrique import Piece

    fiche = {"typeCode": code("f0306f51-975f-434e-a61c-c59651d33983", "34112-3", "2.16.840.1.113883.6.1")}
    piece = Piece("DOC0002.XML", second, fiche, "Doc2", "1.2.250.1.213.99.1.100.7")
    jointe = Joint("IHE_XDM.zip", "application/zip", archive_xdm(piece_xdm(), piece))
    autre = Joint("20261119_CR hospitalier_D'ÉTÉ-DURAND_ANNE.pdf", "application/pdf", pdf(_LIGNES_2))
    return courriel(entetes={"Subject": objet, "X-MSS-CODECDA": codes}, pieces=(jointe, joints()[1], autre))


_LIGNES_2 = ("D'ÉTÉ-DURAND née le 31/12/1990", "Compte rendu d'examens biologiques", "CR hospitalier", "Le 20/11/2026",
             "Dr ALIX BIOLOGUE", "LABORATOIRE DU BANC")  # fmt: skip
deux_documents = _deux
_BON_2 = "XDM/1.0/DDM+2 documents D'ETE-DURAND ANNE 31/12/1990"

OBJETS = (
    mutant("objet sans préfixe", "MSS-OBJ-01", _objet(OBJET.removeprefix("XDM/1.0/DDM+"))),
    mutant("préfixe en minuscules", "MSS-OBJ-01", _objet(OBJET.replace("XDM", "xdm"))),
    mutant("préfixe d'une autre version", "MSS-OBJ-01", _objet(OBJET.replace("1.0", "2.0"))),
    mutant("préfixe après autre chose", "MSS-OBJ-01", _objet(f"Tr: {OBJET}")),
    mutant("objet d'un autre patient", "MSS-OBJ-02", _objet(OBJET.replace("D'ETE-DURAND", "MARTIN"))),
    mutant("objet d'un autre prénom", "MSS-OBJ-02", _objet(OBJET.replace("ANNE", "LEA"))),
    mutant("prénom avant nom", "MSS-OBJ-02", _objet(OBJET.replace("D'ETE-DURAND ANNE", "ANNE D'ETE-DURAND"))),
    mutant("objet sans prénom", "MSS-OBJ-02", _objet(OBJET.replace(" ANNE", ""))),
    mutant("date de naissance fausse", "MSS-OBJ-02", _objet(OBJET.replace("31/12/1990", "30/12/1990"))),
    mutant("libellé d'un autre type", "MSS-OBJ-03", _objet(OBJET.replace("CR d'examens biologiques", "Ordonnance")), A),
    mutant("libellé absent", "MSS-OBJ-03", _objet("XDM/1.0/DDM+D'ETE-DURAND ANNE 31/12/1990"), A),
    mutant("nombre de documents faux", "MSS-OBJ-03", lambda: _deux(_BON_2.replace("2 doc", "3 doc")), A),
    mutant("nom en minuscules dans l'objet", "MSS-OBJ-04",
           _objet(OBJET.replace("D'ETE-DURAND", "d'ete-durand")), A),
    mutant("nom accentué dans l'objet", "MSS-OBJ-04",
           _objet("=?utf-8?q?XDM/1=2E0/DDM+CR_d'examens_biologiques_?=\r\n =?utf-8?q?D'=C3=89T=C3=89-DURAND_ANNE?="),
           A),
    mutant("date d'une autre forme", "MSS-OBJ-04", _objet(OBJET.replace("31/12/1990", "31-12-1990")), A),
    mutant("un code de CDA manque", "MSS-XMS-03", lambda: _deux(_BON_2, "11502-2")),
    mutant("codes séparés par un point-virgule", "MSS-XMS-04", lambda: _deux(_BON_2, "11502-2;34112-3"), A),
)  # fmt: skip

"""Règles sur les envois, interdits, accusés, réception et versions : un respect, un manquement, des variantes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pytest

from reports.constat import Constat, Regle
from reports.verdict import Verdict
from simulators.mssante import mime
from simulators.mssante.courriels import LABORATOIRE_VOISIN, Envoi
from simulators.mssante.courriels.composition import Transmission
from simulators.mssante.courriels.modele import BIOLOGIE
from simulators.socle.identites import fabriquer_identite
from steps.verifications.mssante import accuse_rendu, dossier_lu
from steps.verifications.mssante import dossier_envois as e
from steps.verifications.mssante import dossier_interdits as i
from steps.verifications.mssante import dossier_reception as r
from steps.verifications.mssante import dossier_suivi as s
from steps.verifications.mssante import dossier_versions as v
from steps.verifications.mssante.dossier_lecture import CourrielVu, adresse_usager, porte_resultats
from steps.verifications.registre import REGLES
from tests.verifications.constats import en_liste

_PATIENT = fabriquer_identite("dossier", nom_naissance="MONTCHARMONT-LE GALL")
_USAGER = adresse_usager(_PATIENT.matricule_ins)
_MEDECIN, _AUTRE = "camille@cabinet.formation.mssante.fr", "hélène@maison.formation.mssante.fr"
_BAL = "crbio@labo.formation.mssante.fr"
_TEXTE = "Bonjour,\nLa créatininémie dépasse 3,5 µmol/L.\nL'équipe"
_MENTION = "Annule et remplace la version 1."
_AVIS = "Le compte rendu a été supprimé."


@lru_cache(maxsize=8)
def _transmission(version: int = 1, mention: str = "", remplace: str = "") -> bytes:
    envoi = Envoi(_PATIENT, _MEDECIN, LABORATOIRE_VOISIN, datetime(2026, 3, 2, 9, tzinfo=UTC), "essai")
    premier = envoi.document(BIOLOGIE)
    options: dict[str, Any] = (
        {"version": version, "remplace": remplace or premier.oid, "mention": mention} if version > 1 else {}
    )
    return Transmission(envoi, [envoi.document(BIOLOGIE, **options)]).courriel().octets


def _vu(octets: bytes | None = None, *destinataires: str, numero: int = 7, **champs: Any) -> CourrielVu:
    return CourrielVu(
        _transmission() if octets is None else octets, _BAL, destinataires or (_MEDECIN,), numero, **champs
    )


def _ecrit(texte: str = _TEXTE, html: str = "", objet: str = "Créatininémie élevée", **entetes: str) -> CourrielVu:
    corps = mime.texte(texte)
    if html:
        corps = mime.multipart("alternative", [corps, mime.texte(html, "html")])
    lignes = [("From", _BAL), ("To", _MEDECIN), ("Subject", mime.mot_encode(objet)), ("Message-ID", "<a@b.fr>")]
    lignes += [(nom.replace("_", "-"), valeur) for nom, valeur in entetes.items()]
    return _vu(mime.courriel(lignes, corps))


def _document(version: int = 1, mention: str = "", remplace: str = "") -> Any:
    [document] = _vu(_transmission(version, mention, remplace)).documents
    return document


_HTML = (
    "<html><head><style>p{}</style></head><body><p>Bonjour,</p>"
    "<p>La cr&eacute;atinin&eacute;mie d&eacute;passe <b>3,5</b> &micro;mol/L.</p><p>L'équipe</p></body></html>"
)
_ENVOYE = {"envoi_id": "E1", "canal": "patient", "etat": "envoye", "message_id": "a@b.fr"}
_MONTRE = {"envoi_id": "E1", "message_id": "<a@b.fr>", "recu": True, "lu": False}
_PIECES = [{"nom": p.nom.upper(), "sha256": hashlib.sha256(p.octets).hexdigest()} for p in _vu().pieces]
_FICHES = [{"rpps": f"9990000{rang:04d}", "nom": f"NOM{rang}", "adresse_mss": f"a{rang}@b.fr"} for rang in range(10)]

Exemple = Callable[[], Constat | Sequence[Constat]]

CONFORMES: dict[str, Exemple] = {
    "arrivé à tous": lambda: e.compte_rendu_arrive(
        e.R_AUTO_CORRESPONDANTS, [_vu(None, _MEDECIN.upper()), _vu(None, _AUTRE)], [_MEDECIN, _AUTRE], "bilan", "fait"
    ),
    "document reçu, arrivé": lambda: e.compte_rendu_arrive(e.R_RECU, [_vu(None, _USAGER)], [_USAGER], "lettre", ""),
    "document reçu, de lui-même": lambda: e.compte_rendu_arrive(
        e.R_RECU_SEUL, [_vu(None, _USAGER)], [_USAGER], "lettre", ""
    ),
    "arrivé au patient": lambda: e.compte_rendu_arrive(e.R_AUTO_PATIENT, [_vu(None, _USAGER)], [_USAGER], "bilan", ""),
    "demandé": lambda: e.compte_rendu_arrive(e.R_DEMANDE, [_vu()], [_MEDECIN], "bilan", "fait"),
    "à eux seuls": lambda: e.a_eux_seuls([_vu()], [_MEDECIN, _AUTRE], "bilan"),
    "une fois, en deux courriels": lambda: e.une_seule_fois([_vu(), _vu(None, _AUTRE)], "bilan"),
    "boîte applicative": lambda: e.boite_d_emission(_vu(), [_BAL.upper(), _AUTRE], "courriel"),
    "pas avant": lambda: e.pas_avant_la_demande(e.R_CHOISI, [], [_vu()], "bilan"),
    "partiel pas avant": lambda: e.pas_avant_la_demande(e.R_PARTIEL, [], [_vu()], "bilan partiel"),
    "parti de la boîte choisie": lambda: e.courriel_parti(_vu(), [_MEDECIN], "avis", "fait", bal=_BAL.upper()),
    "parti": lambda: e.courriel_parti(_vu(), [_MEDECIN.upper()], "avis", "fait"),
    "texte seul": lambda: e.contenu_ecrit(_ecrit(), "Créatininémie élevée", _TEXTE),
    "texte et HTML à entités": lambda: e.contenu_ecrit(_ecrit(html=_HTML), "Créatininémie élevée", _TEXTE),
    "objet composé par le logiciel": lambda: e.contenu_ecrit(_ecrit(objet="XDM"), "", _TEXTE),
    "suivi d'une signature": lambda: e.contenu_ecrit(_ecrit(_TEXTE + "\n-- \nLabo"), "Créatininémie élevée", _TEXTE),
    "usager": lambda: e.adresse_de_l_usager(
        _vu(mime.courriel([("To", f"Patient <{_USAGER.upper()}>")], mime.texte("x")), _USAGER.upper()), _USAGER
    ),
    "réponse": lambda: e.reponse_adressee(_vu(), [_MEDECIN, _AUTRE]),
    "rien de parti": lambda: i.rien_n_est_parti(i.R_INS_QUALIFIEE, [], [_vu()], "patient"),
    "rien avant l'annonce": lambda: i.rien_n_est_parti(i.R_A_ANNONCER, [], [_vu()], "patient"),
    "refus patient tenu": lambda: i.rien_n_est_parti(i.R_REFUS_PATIENT, [], [_vu()], "patient"),
    "refus professionnel tenu": lambda: i.rien_n_est_parti(i.R_REFUS_PROFESSIONNEL, [], [_vu()], "patient"),
    "blocage dit": lambda: i.blocage_dit("refuse", ["INS non qualifiée"], "courriel"),
    "refus enregistré": lambda: i.refus_enregistre("fait", True, True, "fait"),
    "refus enregistré, sans le redire": lambda: i.refus_enregistre("fait", None, True, "fait"),
    "liste juste": lambda: i.liste_sans_envoi([_ENVOYE, {**_ENVOYE, "etat": "bloque"}], "patient", ["<a@b.fr>"]),
    "autre canal": lambda: i.liste_sans_envoi([{**_ENVOYE, "canal": "professionnel"}], "patient", []),
    "reçu, non lu": lambda: s.accuses_montres([_MONTRE], [s.AccuseAttendu(_ecrit(), "avis", True, False)]),
    "lecture non jugée": lambda: s.accuses_montres([_MONTRE], [s.AccuseAttendu(_ecrit(), "avis", True)]),
    "retrouvé par son numéro": lambda: s.accuses_montres(
        [{**_MONTRE, "message_id": None}], [s.AccuseAttendu(_ecrit(), "avis", True, None, "E1")]
    ),
    "sans accusé": lambda: s.accuses_montres(
        [{**_MONTRE, "recu": None}], [s.AccuseAttendu(_ecrit(), "avis", False, False)]
    ),
    "pièces, casse du nom libre": lambda: r.pieces_montrees({"pieces": _PIECES}, _vu()),
    "pièces sans empreinte": lambda: r.pieces_montrees({"pieces": [{"nom": p["nom"]} for p in _PIECES]}, _vu()),
    "usager reconnu": lambda: r.usager_reconnu({"patient_id": "P1", "matricule_ins": "1"}, "P1", "1", "courriel"),
    "usager inconnu": lambda: r.usager_inconnu({"patient_id": None}, "courriel"),
    "rangés": lambda: r.documents_ranges("P1", ["D1"], [{"document_id": "D1"}], "P1", "fait"),
    "objet sans préfixe": lambda: r.objet_lisible(
        {"objet": "CR montcharmont-le gall Aliénor"}, "MONTCHARMONT-LE GALL", "ALIENOR"
    ),
    "complet": lambda: v.statut_du_compte_rendu(_document(), partiel=False, echanges=()),
    "version suivante": lambda: v.version_suivante(_document(), _document(2), echanges=()),
    "mention": lambda: v.mention_de_remplacement(
        _vu(_transmission(2, _MENTION)), _document(2, _MENTION), _MENTION.upper(), attendue=True
    ),
    "sans mention": lambda: v.mention_de_remplacement(_vu(), _document(), _MENTION, attendue=False),
    "prévenus ensemble": lambda: v.suppression_annoncee(
        [replace(_ecrit(_AVIS), destinataires=(_MEDECIN, _AUTRE))], [_AUTRE, _MEDECIN], _AVIS, "fait"
    ),
    "dixième admis": lambda: v.correspondant_admis(10, "fait", "fait"),
    "dix": lambda: v.correspondants_gardes(list(reversed(_FICHES)), _FICHES),
    "retour": lambda: v.retour_a_l_adresse_reglee(_ecrit(Reply_To="Secrétariat <A@B.fr>"), "a@b.fr", "bilan"),
    "retour réglé en capitales": lambda: v.retour_a_l_adresse_reglee(_ecrit(Reply_To="a@b.fr"), "A@B.fr", "bilan"),
    "réglable": lambda: v.retour_reglable("fait", "fait"),
}

FAUTIFS: dict[str, tuple[str, Exemple]] = {
    "d'une autre boîte": ("MSS-ENVOI-13", lambda: e.boite_d_emission(_vu(), [_AUTRE], "courriel")),
    "un correspondant oublié": (
        "MSS-ENVOI-02",
        lambda: e.compte_rendu_arrive(e.R_AUTO_CORRESPONDANTS, [_vu()], [_MEDECIN, _AUTRE], "bilan", "fait"),
    ),
    "document reçu, gardé": ("MSS-ENVOI-14", lambda: e.compte_rendu_arrive(e.R_RECU, [], [_USAGER], "lettre", "")),
    "rien au patient": ("MSS-ENVOI-01", lambda: e.compte_rendu_arrive(e.R_AUTO_PATIENT, [], [_USAGER], "bilan", "")),
    "demande sans effet": ("MSS-ENVOI-03", lambda: e.compte_rendu_arrive(e.R_DEMANDE, [], [_MEDECIN], "bilan", "")),
    "parti avant": ("MSS-ENVOI-04", lambda: e.pas_avant_la_demande(e.R_CHOISI, [_vu()], [_vu()], "bilan")),
    "un intrus": ("MSS-ENVOI-05", lambda: e.a_eux_seuls([_vu(None, _MEDECIN, _AUTRE)], [_MEDECIN], "bilan")),
    "destinataire de trop": (
        "MSS-ENVOI-07",
        lambda: e.courriel_parti(_vu(None, _MEDECIN, _AUTRE), [_MEDECIN], "avis", ""),
    ),
    "autre boîte": ("MSS-ENVOI-07", lambda: e.courriel_parti(_vu(), [_MEDECIN], "avis", "fait", bal="a@b.fr")),
    "rien de parti": ("MSS-ENVOI-07", lambda: e.courriel_parti(None, [_MEDECIN], "avis", "fait")),
    "texte coupé": ("MSS-ENVOI-08", lambda: e.contenu_ecrit(_ecrit("Bonjour,"), "", _TEXTE)),
    "HTML plus court": ("MSS-ENVOI-08", lambda: e.contenu_ecrit(_ecrit(html="<p>Bonjour,</p>"), "", _TEXTE)),
    "accents perdus": ("MSS-ENVOI-08", lambda: e.contenu_ecrit(_ecrit(_TEXTE.replace("é", "?")), "", _TEXTE)),
    "sans corps": ("MSS-ENVOI-08", lambda: e.contenu_ecrit(_ecrit(""), "", _TEXTE)),
    "objet perdu": ("MSS-ENVOI-09", lambda: e.contenu_ecrit(_ecrit(objet="Message"), "Créatininémie élevée", _TEXTE)),
    "autre usager": ("MSS-ENVOI-10", lambda: e.adresse_de_l_usager(_vu(None, "1@patient.mssante.fr"), _USAGER)),
    "réponse ailleurs": ("MSS-ENVOI-11", lambda: e.reponse_adressee(_vu(), [_AUTRE])),
    "parti sans INS qualifiée": (
        "MSS-INTERDIT-01",
        lambda: i.rien_n_est_parti(i.R_INS_QUALIFIEE, [_vu()], [_vu()], "p"),
    ),
    "blocage muet": ("MSS-INTERDIT-02", lambda: i.blocage_dit("refuse", [" "], "courriel")),
    "pas de blocage": ("MSS-INTERDIT-02", lambda: i.blocage_dit("fait", ["envoyé"], "courriel")),
    "avant l'annonce": ("MSS-INTERDIT-07", lambda: i.rien_n_est_parti(i.R_A_ANNONCER, [_vu()], [_vu()], "p")),
    "malgré le refus": ("MSS-INTERDIT-03", lambda: i.rien_n_est_parti(i.R_REFUS_PATIENT, [_vu()], [_vu()], "p")),
    "malgré le refus (pro)": (
        "MSS-INTERDIT-04",
        lambda: i.rien_n_est_parti(i.R_REFUS_PROFESSIONNEL, [_vu()], [_vu()], "p"),
    ),
    "refus oublié": ("MSS-INTERDIT-05", lambda: i.refus_enregistre("fait", False, True, "fait")),
    "accusé invisible": (
        "MSS-SUIVI-01",
        lambda: s.accuses_montres([{**_MONTRE, "recu": False}], [s.AccuseAttendu(_ecrit(), "avis", True)]),
    ),
    "accusé inventé": (
        "MSS-SUIVI-02",
        lambda: s.accuses_montres([_MONTRE], [s.AccuseAttendu(_ecrit(), "avis", False)]),
    ),
    "lecture inventée": (
        "MSS-SUIVI-02",
        lambda: s.accuses_montres([{**_MONTRE, "lu": True}], [s.AccuseAttendu(_ecrit(), "avis", True, False)]),
    ),
    "absent de la liste": ("MSS-SUIVI-03", lambda: s.accuses_montres([], [s.AccuseAttendu(_ecrit(), "avis", True)])),
    "archive cachée": ("MSS-LECTURE-01", lambda: r.pieces_montrees({"pieces": _PIECES[1:]}, _vu())),
    "pièce retouchée": (
        "MSS-LECTURE-01",
        lambda: r.pieces_montrees({"pieces": [{**p, "sha256": "0"} for p in _PIECES]}, _vu()),
    ),
    "autre patient": ("MSS-LECTURE-02", lambda: r.usager_reconnu({"patient_id": "P2"}, "P1", "1", "courriel")),
    "aucun patient": ("MSS-LECTURE-02", lambda: r.usager_reconnu({}, "P1", "1", "courriel")),
    "homonyme proposé": ("MSS-LECTURE-03", lambda: r.usager_inconnu({"patient_id": "P2"}, "courriel")),
    "rangé ailleurs": ("MSS-LECTURE-04", lambda: r.documents_ranges("P1", ["D1"], [], "P1", "fait")),
    "rien d'intégré": ("MSS-LECTURE-04", lambda: r.documents_ranges("P1", [], [], "P1", "fait")),
    "objet non décodé": ("MSS-LECTURE-05", lambda: r.objet_lisible({"objet": "=?utf-8?b?WERN?="}, "NOM", "PRENOM")),
    "INS du corps": (
        "MSS-LECTURE-06",
        lambda: r.usager_reconnu({"patient_id": "P1", "matricule_ins": "2"}, "P1", "1", "c"),
    ),
    "complet dit partiel": ("MSS-VERSION-01", lambda: v.statut_du_compte_rendu(_document(), partiel=True, echanges=())),
    "même version": ("MSS-VERSION-02", lambda: v.version_suivante(_document(), _document(), echanges=())),
    "remplace un autre compte rendu": (
        "MSS-VERSION-02",
        lambda: v.version_suivante(_document(), _document(2, remplace="1.2.250.1.213.99.7"), echanges=()),
    ),
    "mention oubliée": (
        "MSS-VERSION-03",
        lambda: v.mention_de_remplacement(_vu(_transmission(2)), _document(2), "Mention", attendue=True),
    ),
    "mention trop tôt": (
        "MSS-VERSION-04",
        lambda: v.mention_de_remplacement(
            _vu(_transmission(2, _MENTION)), _document(2, _MENTION), _MENTION, attendue=False
        ),
    ),
    "un seul prévenu": (
        "MSS-VERSION-05",
        lambda: v.suppression_annoncee([_ecrit(_AVIS)], [_MEDECIN, _AUTRE], _AVIS, ""),
    ),
    "aucun prévenu": ("MSS-VERSION-05", lambda: v.suppression_annoncee([], [_MEDECIN], _AVIS, "fait")),
    "un prévenu de trop": (
        "MSS-VERSION-06",
        lambda: v.suppression_annoncee(
            [replace(_ecrit(_AVIS), destinataires=(_MEDECIN, _AUTRE))], [_MEDECIN], _AVIS, "fait"
        ),
    ),
    "autre texte": ("MSS-VERSION-07", lambda: v.suppression_annoncee([_ecrit("Bonjour")], [_MEDECIN], _AVIS, "fait")),
    "dixième refusé": ("MSS-CORRESP-01", lambda: v.correspondant_admis(10, "refuse", "refuse : neuf au plus")),
    "neuf gardés": ("MSS-CORRESP-01", lambda: v.correspondants_gardes(_FICHES[1:], _FICHES)),
    "adresse perdue": (
        "MSS-CORRESP-01",
        lambda: v.correspondants_gardes([{**f, "adresse_mss": ""} for f in _FICHES], _FICHES),
    ),
    "autre adresse de retour": (
        "MSS-RETOUR-01",
        lambda: v.retour_a_l_adresse_reglee(_ecrit(Reply_To="x@b.fr"), "a@b.fr", "b"),
    ),
    "sans adresse de retour": ("MSS-RETOUR-01", lambda: v.retour_a_l_adresse_reglee(_ecrit(), "a@b.fr", "bilan")),
    "retour à l'émetteur": ("MSS-RETOUR-01", lambda: v.retour_a_l_adresse_reglee(_ecrit(Reply_To=_BAL), _BAL, "bilan")),
    "retour à l'émetteur, réglé en capitales": (
        "MSS-RETOUR-01",
        lambda: v.retour_a_l_adresse_reglee(_ecrit(Reply_To=_BAL), _BAL.upper(), "bilan"),
    ),
    "réglage absent": ("MSS-RETOUR-02", lambda: v.retour_reglable("non_gere", "non_gere")),
}

A_REGARDER: dict[str, tuple[str, Exemple]] = {
    "document reçu, pas de lui-même": (
        "MSS-ENVOI-15",
        lambda: e.compte_rendu_arrive(e.R_RECU_SEUL, [], [_USAGER], "lettre", ""),
    ),
    "partiel parti seul": (
        "MSS-ENVOI-12",
        lambda: e.pas_avant_la_demande(e.R_PARTIEL, [_vu()], [_vu()], "bilan partiel"),
    ),
    "deux envois": ("MSS-ENVOI-06", lambda: e.une_seule_fois([_vu(), _vu()], "bilan")),
    "liste optimiste": ("MSS-INTERDIT-06", lambda: i.liste_sans_envoi([_ENVOYE], "patient", [])),
}

SANS_OBJET: dict[str, Exemple] = {
    "personne à servir": lambda: e.compte_rendu_arrive(e.R_AUTO_CORRESPONDANTS, [], [], "bilan", "fait"),
    "rien d'observé": lambda: e.a_eux_seuls([], [_MEDECIN], "bilan"),
    "rien d'observé, une fois": lambda: e.une_seule_fois([], "bilan"),
    "fenêtre ouverte": lambda: e.pas_avant_la_demande(e.R_CHOISI, [], [], "bilan"),
    "interdit sans témoin": lambda: i.rien_n_est_parti(i.R_REFUS_PATIENT, [], [], "patient"),
    "moins de dix": lambda: v.correspondants_gardes(_FICHES, _FICHES[:3]),
}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """L'exemple est respecté, et le constat dit ce qui a été vu."""
    constats = en_liste(CONFORMES[nom]())
    assert constats and {c.verdict for c in constats} == {Verdict.CONFORME}, [c.en_texte() for c in constats]
    assert all(c.recu for c in constats)


@pytest.mark.parametrize("nom", FAUTIFS)
def test_manquement(nom: str) -> None:
    """La règle visée, et elle seule, est enfreinte ; le constat s'explique."""
    code, exemple = FAUTIFS[nom]
    fautes = [c for c in en_liste(exemple()) if c.verdict is Verdict.NON_CONFORME]
    assert [c.code for c in fautes] == [code] * len(fautes) and fautes
    assert all(c.message and c.attendu and c.recu and c.ou and c.a_faire for c in fautes)


@pytest.mark.parametrize("nom", A_REGARDER)
def test_a_verifier(nom: str) -> None:
    """Ce qu'aucun texte ne dit n'est jamais non conforme."""
    code, exemple = A_REGARDER[nom]
    assert [(c.code, c.verdict) for c in en_liste(exemple())] == [(code, Verdict.A_VERIFIER)]


@pytest.mark.parametrize("nom", SANS_OBJET)
def test_sans_objet(nom: str) -> None:
    """Rien d'observé : non concluant, jamais conforme."""
    assert {c.verdict for c in en_liste(SANS_OBJET[nom]())} == {Verdict.NON_CONCLUANT}


def test_chaque_regle_a_son_manquement() -> None:
    """Toute règle de ces modules est prise en faute par un exemple, ici, ou dans les essais du module qui la porte."""
    sujets = ("MSS-ENVOI", "MSS-INTERDIT", "MSS-SUIVI", "MSS-LECTURE", "MSS-VERSION", "MSS-CORRESP", "MSS-RETOUR")
    ailleurs = {r.code for module in (dossier_lu, accuse_rendu) for r in vars(module).values() if isinstance(r, Regle)}
    codes = {code for code in REGLES if code.startswith(sujets)} - ailleurs
    assert codes == {code for code, _ in (*FAUTIFS.values(), *A_REGARDER.values())}


@pytest.mark.parametrize(
    ("texte", "valeur", "lu"),
    [
        ('<code code="2951-2"/><value value="131"/>', "131", True),
        ("2951-2 Sodium : 131 mmol/L", "131", True),
        ("Sodium : 13,4 g", "13.4", True),
        ("Sodium : 113.4", "13.4", False),
        ("2951-2 1.2.250.1.131.3", "131", False),
        ("2951-2 1317", "131", False),
        ("autre analyse : 131", "131", False),
        ("12951-2 autre analyse : 131", "131", False),
        ("2951-20 autre analyse : 131", "131", False),
        ("(2951-2) : 131", "131", True),
        ("SODIUM   (sang) : 131", "131", True),
    ],
)
def test_resultats_lus(texte: str, valeur: str, lu: bool) -> None:
    """Une valeur ne se lit ni dans un OID ni dans un autre nombre."""
    assert porte_resultats(texte, [{"code": "2951-2", "libelle": "Sodium", "valeur": valeur}]) is lu


def test_lecture_d_une_transmission() -> None:
    """Documents, PDF et texte d'un courriel de transmission se lisent."""
    vu = _vu()
    assert [d.matricule for d in vu.documents] == [_PATIENT.matricule_ins]
    assert len(vu.pdfs) == 1 and "MONTCHARMONT" in vu.pdfs[0].texte
    assert "ci-joint" in vu.texte and vu.html == ""


def test_lecture_de_n_importe_quoi() -> None:
    """Des octets quelconques se lisent sans exception, et ne portent rien."""
    for octets in (b"", b"\x00\xff", b"Content-Type: multipart/mixed\r\n\r\n--x", b"Subject: =?x?b?!?=\r\n\r\n"):
        vu = _vu(octets)
        assert vu.documents == () and vu.pdfs == () and vu.message_id == ""

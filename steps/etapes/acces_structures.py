"""Étapes des structures tierces : les déclarer par leurs identifiants, s'y connecter par certificat."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from simulators.socle.echange import Echange
from simulators.socle.identifiants import Identifiants
from simulators.socle.pki import Variante
from steps import identifiants_structures as numeros
from steps.bilan import NonConcluant
from steps.client_structure import SERVICE, LogicielInjoignable, se_connecter
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.acces_commun import Table, creer_compte, lire_compte, presenter_compte
from steps.etapes.vocabulaire import PhraseInconnue
from steps.logiciel.protocole import ReponseAction
from steps.verifications.acces import structures as regles
from steps.verifications.acces.structures import Declaration

_DECLARATIONS = "structures déclarées"
_TIERCES = "structures tierces"
_VARIANTES = {
    "valide": ("valide", Variante.VALIDE),
    "révoqué": ("revoque", Variante.REVOQUE),
    "expiré": ("expire", Variante.EXPIRE),
    "d'une autre autorité": ("autre_autorite", Variante.AUTRE_AUTORITE),
}


@dataclass(frozen=True)
class _Tierce:
    """Une structure qui se connecte : son rang dans l'IGC du banc, son nom, son identifiant national."""

    rang: int
    nom: str
    identifiant_national: str


# ------------------------------------------------------------------ identifiants
@when("l'administrateur déclare des structures tierces")
def declarer(essai: Essai, datatable: Table) -> None:
    """Une ligne par structure et par nature d'identifiant ; la feature dit la structure, le banc tire le numéro."""
    for ligne in vocabulaire.table(datatable):
        nature = ligne["identifiant"]
        if nature not in numeros.NATURES:
            raise PhraseInconnue(f"nature d'identifiant inconnue dans la feature : {nature!r}")
        valeur = numeros.tirer(nature)
        reponse = _declarer(essai, ligne["structure"], ligne["nom"], nature, valeur)
        lu = lire_compte(essai, ligne["structure"]) if reponse.fait else None
        _declarations(essai).append(Declaration(nature, valeur, lu, reponse.en_phrase()))


@then("chaque structure est enregistrée sous son identifiant")
def identifiants_gardes(essai: Essai) -> None:
    essai.bilan.constater(regles.familles_identifiees(_declarations(essai)))


@then("les mêmes identifiants, de clé fausse, sont refusés")
def cles_controlees(essai: Essai) -> None:
    # Une nature refusée pour elle-même est déjà jugée : le refus du numéro faux n'en dirait rien de plus.
    for juste in [declaration for declaration in _declarations(essai) if declaration.compte is not None]:
        faux = numeros.fausser(juste.genre, juste.valeur)
        reponse = _declarer(essai, f"{juste.genre} faux", "STRUCTURE SANS NUMÉRO", juste.genre, faux)
        essai.bilan.constater(regles.cle_controlee(juste.genre, faux, reponse.fait, reponse.en_phrase(), controle=True))


# ------------------------------------------------------------------ connexion
@given("des structures tierces déclarées dans le logiciel")
def structures_declarees(essai: Essai, datatable: Table) -> None:
    """Comptes de mise en place, par FINESS ; chacune recevra ses certificats de l'IGC du banc."""
    for rang, ligne in enumerate(vocabulaire.table(datatable)):
        finess = numeros.tirer("finess_geographique")
        reponse = _declarer(essai, ligne["structure"], ligne["nom"], "finess_geographique", finess)
        if not reponse.fait:
            raise NonConcluant(f"mise en place : structure « {ligne['structure']} » refusée, {reponse.en_phrase()}")
        _tierces(essai)[ligne["structure"]] = _Tierce(rang, ligne["nom"], f"1{finess}")


@given(parse("une structure « {nom} » que le logiciel ne connaît pas"))
def structure_inconnue(essai: Essai, nom: str) -> None:
    _tierces(essai)[nom] = _Tierce(len(_tierces(essai)), "CENTRE INCONNU", f"1{numeros.tirer('finess_geographique')}")


@when(parse("« {nom} » se connecte avec un certificat {sorte}"))
def connexion_par_certificat(essai: Essai, nom: str, sorte: str) -> None:
    if sorte not in _VARIANTES:
        raise PhraseInconnue(f"certificat inconnu dans la feature : {sorte!r}")
    cas, variante = _VARIANTES[sorte]
    echange = _connecter(essai, cas, f"certificat {sorte} de « {nom} »", _certificat(essai, nom, variante))
    if cas == "valide":
        essai.bilan.constater(regles.valide_accepte(echange))


@when(parse("« {nom} », sans compte, se connecte avec un certificat valide"))
def connexion_sans_compte(essai: Essai, nom: str) -> None:
    certificat = _certificat(essai, nom, Variante.VALIDE)
    _connecter(essai, "autre_structure", f"certificat valide de « {nom} », sans compte", certificat)


@when("une connexion se présente sans certificat")
def connexion_nue(essai: Essai) -> None:
    _connecter(essai, "sans", "aucun certificat", None)


@then("seules les connexions par un certificat valide d'une structure déclarée sont acceptées")
def seules_valides(essai: Essai) -> None:
    echanges = essai.echanges(SERVICE, tout=True)
    for cas in regles.REFUS:
        essai.bilan.constater(regles.refuse(cas, echanges))
    _joindre(essai)


# ------------------------------------------------------------------ aides
def _declarations(essai: Essai) -> list[Declaration]:
    faites: list[Declaration] = essai.releves.setdefault(_DECLARATIONS, [])
    return faites


def _tierces(essai: Essai) -> dict[str, _Tierce]:
    connues: dict[str, _Tierce] = essai.releves.setdefault(_TIERCES, {})
    return connues


def _declarer(essai: Essai, cle: str, nom: str, nature: str, valeur: str) -> ReponseAction:
    presenter_compte(
        essai, cle, population="structure", nom=nom, identifiant_structure={"type": nature, "valeur": valeur}
    )
    return creer_compte(essai, cle, avec_mot_de_passe=False)


def _certificat(essai: Essai, nom: str, variante: Variante) -> Identifiants:
    try:
        tierce = _tierces(essai)[nom]
    except KeyError:
        raise NonConcluant(f"la feature parle de la structure « {nom} » sans l'avoir présentée") from None
    return essai.banc.igc.emettre_structure(tierce.rang, tierce.nom, tierce.identifiant_national, variante)


def _connecter(essai: Essai, cas: str, decrit: str, certificat: Identifiants | None) -> Echange:
    acces = essai.jouer("lire_acces_structures", "administrateur")
    url = str(acces.donnees.get("url") or "")
    if not acces.fait or not url.startswith("https://"):
        raise NonConcluant(f"lire_acces_structures devait rendre une adresse https, {acces.en_phrase()}")
    if configuration := acces.donnees.get("configuration"):
        essai.releves["configuration des structures"] = str(configuration)
    try:
        return se_connecter(essai.journal, url, certificat, presente=cas, decrit=decrit)
    except LogicielInjoignable as erreur:
        raise NonConcluant(f"le logiciel n'écoute pas à l'adresse qu'il a donnée : {erreur}") from erreur


def _joindre(essai: Essai) -> None:
    """Les pièces que la preuve demande : certificats, chaîne, CRL, extrait de configuration."""
    igc = essai.banc.igc
    nom = next(iter(_tierces(essai)))
    for variante, libelle in ((Variante.VALIDE, "valide"), (Variante.REVOQUE, "revoque")):
        pem = _certificat(essai, nom, variante).certificat.public_bytes(serialization.Encoding.PEM)
        essai.bilan.joindre(f"certificat-{libelle}.pem", "autre", pem, f"certificat {libelle} de « {nom} »")
    chaine = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (*igc.autorites, *igc.racines))
    essai.bilan.joindre("chaine-de-certification.pem", "autre", chaine, "autorités de l'IGC d'essai")
    crl = x509.load_der_x509_crl(igc.crl("organisations")).public_bytes(serialization.Encoding.PEM)
    essai.bilan.joindre("liste-de-revocation.crl.pem", "autre", crl, "CRL de l'autorité des structures")
    if configuration := essai.releves.get("configuration des structures"):
        essai.bilan.joindre("configuration.txt", "export", configuration.encode(), "extrait de configuration")

"""Étapes de l'ouverture d'une boîte MSSanté : par jeton ou par certificat, chez l'IGC Santé, après une coupure."""

from __future__ import annotations

from pytest_bdd import then, when
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.mss_commun import boite_de, boite_de_type
from steps.etapes.mss_fenetres import EN_REGLE, derniere, envoyer, relever, sessions_de, sessions_du_scenario
from steps.releves import retirer
from steps.verifications.mssante import autoconfiguration
from steps.verifications.mssante import ouverture as regles
from steps.verifications.mssante.dialogue import IMAP, SMTP
from steps.verifications.psc import lire

_QUI = r"(?P<qui>le professionnel|un autre professionnel)"
_SENS = r"(?P<sens>envoi|relève)"
_PROTOCOLES = {"envoi": SMTP, "relève": IMAP}
_PSC = "psc"


# ----------------------------------------------------------------------- agir
@when("le logiciel envoie un courriel depuis sa boîte applicative")
def envoi_applicatif(essai: Essai) -> None:
    envoyer(essai, "biologiste_1", adresse=boite_de_type(essai, "APP").adresse)


@when("le logiciel relève sa boîte applicative")
def releve_applicative(essai: Essai) -> None:
    relever(essai, "biologiste_1", adresse=boite_de_type(essai, "APP").adresse)


@when(
    motif(
        r"(?P<qui>le professionnel|un autre professionnel) essaie d'envoyer un courriel depuis la boîte du secrétariat$"
    )
)
def envoi_organisationnel(essai: Essai, qui: str) -> None:
    """Un logiciel peut n'avoir que des boîtes personnelles : il n'en est pas jugé, cela se dit."""
    envoyer(essai, vocabulaire.role(qui), adresse=boite_de_type(essai, "ORG").adresse)


@when("l'opérateur met fin aux sessions de messagerie ouvertes")
def couper(essai: Essai) -> None:
    """Comme un opérateur qui ferme les connexions inactives ; l'authentification de la personne reste valable."""
    essai.releves["coupure"] = essai.journal.position()
    essai.banc.mssante.rompre()


@when(motif(rf"{_QUI} fait configurer sa boîte d'après sa seule adresse$"))
def configurer(essai: Essai, qui: str) -> None:
    role = vocabulaire.role(qui)
    adresse = boite_de(essai, role).adresse
    depuis = essai.journal.position()
    reponse = essai.jouer("configurer_boite", role, adresse=adresse)
    vus = essai.journal.echanges(service="mssante", depuis=depuis)
    essai.bilan.constater(autoconfiguration.configuree(vus, adresse, reponse.en_phrase()))
    essai.releves[f"boîte configurée {role}"] = (depuis, essai.journal.position())


# ---------------------------------------------------------------------- juger
@then(motif(rf"(?P<qui>le professionnel|un autre professionnel) se sert en {_SENS} des paramètres lus$"))
def parametres_lus(essai: Essai, qui: str, sens: str) -> None:
    """Les connexions d'après la configuration, sur cette boîte ; à défaut, celle de l'essai, gardée ouverte."""
    role = vocabulaire.role(qui)
    debut, rang = retirer(essai, f"boîte configurée {role}", tuple)
    toutes, boite = sessions_du_scenario(essai), boite_de(essai, role).adresse.lower()
    vues = [s for s in toutes if s.numeros[0] > rang]
    if not any(s.protocole == _PROTOCOLES[sens] and s.bal == boite for s in vues):
        vues = [s for s in toutes if s.numeros[0] > debut and s.numeros[-1] > rang]
    essai.bilan.constater(autoconfiguration.parametres_employes(_PROTOCOLES[sens], vues, boite))


@then("chaque boîte personnelle ou organisationnelle s'est ouverte par STARTTLS, XOAUTH2, puis l'accord")
def par_jeton(essai: Essai) -> None:
    vues, types = sessions_du_scenario(essai), _types(essai)
    for protocole in (SMTP, IMAP):
        essai.bilan.constater(regles.ouverte_par_jeton(protocole, vues, types))


@then("la boîte du secrétariat s'est ouverte ainsi, si le logiciel en a une")
def organisationnelle(essai: Essai) -> None:
    """Le texte dit « personnelle ou organisationnelle » : sans boîte organisationnelle, une personne le confirme."""
    adresse = boite_de_type(essai, "ORG").adresse.lower()
    essai.bilan.constater(regles.organisationnelle_ouverte(sessions_du_scenario(essai), adresse))


@then("la boîte applicative s'est ouverte par un certificat d'organisation, puis PLAIN à son adresse")
def par_certificat(essai: Essai) -> None:
    vues, types = sessions_du_scenario(essai), _types(essai)
    for protocole in (SMTP, IMAP):
        essai.bilan.constater(regles.ouverte_par_certificat(protocole, vues, types))


@then(motif(rf"l'opérateur au certificat de l'IGC Santé est accepté en {_SENS}$"))
def igc_sante(essai: Essai, sens: str) -> None:
    protocole = _PROTOCOLES[sens]
    face = sessions_de(essai, derniere(essai, protocole, EN_REGLE))
    essai.bilan.constater(regles.igc_sante_acceptee(protocole, face, sessions_du_scenario(essai)))


@then(motif(rf"la session en {_SENS} s'est rouverte d'elle-même après la coupure$"))
def rouverte(essai: Essai, sens: str) -> None:
    """Une connexion redemandée à la personne se voit chez Pro Santé Connect."""
    rang = retirer(essai, "coupure", int)
    toutes = sessions_du_scenario(essai)
    avant = [s for s in toutes if s.numeros[0] <= rang]
    apres = [s for s in toutes if s.numeros[0] > rang]
    demandes = lire(essai.journal.echanges(service=_PSC, depuis=rang), _PSC).demandes
    essai.bilan.constater(regles.session_rouverte(_PROTOCOLES[sens], avant, apres, len(demandes)))


def _types(essai: Essai) -> dict[str, str]:
    return {adresse.lower(): bal.type for adresse, bal in essai.banc.mssante.etat.bals.items()}

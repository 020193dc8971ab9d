"""Ce que les étapes des connexions partagent : chez qui et comment on se connecte, qui, ce qui en est retenu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from reports.constat import Constat
from reports.verdict import Verdict
from requirements.modele import Fournisseur as Chez
from requirements.modele import Modalite
from simulators.psc import SimulateurPSC
from simulators.psc.personnes import Personne
from simulators.socle.acteurs import PROFESSIONNELS, rpps_de_test
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import avance
from steps.etapes.vocabulaire import PhraseInconnue
from steps.logiciel.connexion import sans_retour
from steps.personne.mire import MOTS_ETABLISSEMENT, MOTS_PSC, Fournisseur
from steps.personne.navigateur import Navigateur, origine
from steps.personne.parcours import Parcours
from steps.verifications.psc import ETABLISSEMENT, PSC, ClientDeclare, Tentative

QUI = r"(?P<qui>le professionnel|un autre professionnel|« [^»]+ »)"
DE_QUI = r"(?P<qui>du professionnel|d'un autre professionnel|de « [^»]+ »)"
A_QUI = r"(?P<qui>au professionnel|à un autre professionnel|à « [^»]+ »)"
PERSONNES: Mapping[str, str] = {
    "le professionnel": PROFESSIONNELS[0].identifiant_national,
    "un autre professionnel": PROFESSIONNELS[1].identifiant_national,
    "la pharmacienne": f"8{rpps_de_test(3)}",
    "le médecin aux deux exercices": f"8{rpps_de_test(4)}",
    "la médecin sans structure": f"8{rpps_de_test(5)}",
    "l'infirmier sans activité": f"8{rpps_de_test(6)}",
    "la professionnelle au numéro ADELI": "0990000070",
    "la secrétaire": "100000000000001/SIM0001",
    "la personne sans profession": "ANS20260101000001",
}
"""Les personnes fictives de la mire, telles que les features les nomment."""
_ROLES = {professionnel.identifiant_national: professionnel.role for professionnel in PROFESSIONNELS}
_CONTRACTIONS = {
    "du professionnel": "le professionnel",
    "au professionnel": "le professionnel",
    "d'un autre professionnel": "un autre professionnel",
    "à un autre professionnel": "un autre professionnel",
}
_PREFEREES = (Modalite.WEB, Modalite.NAVIGATEUR_EXTERNE, Modalite.NAVIGATEUR_INTERNE, Modalite.CIBA)


@dataclass(frozen=True)
class Mode:
    """Chez qui et comment on se connecte dans ce scénario."""

    chez: Chez
    modalite: Modalite

    @property
    def ciba(self) -> bool:
        return self.modalite is Modalite.CIBA


@dataclass
class Connexion:
    """Une connexion demandée. `tentative` : ce que le logiciel en a montré, et ses échanges."""

    qui: str
    mode: Mode
    tentative: Tentative
    role: str
    depuis: int
    navigateur: Navigateur | None = None
    parcours: Parcours | None = None
    moyen: str = ""
    code_affiche: str = ""
    passages: list[Mapping[str, Any]] = field(default_factory=list)
    """Adresses traversées, telles que le journal les écrit : secrets remplacés."""
    fermee: bool = False

    @property
    def identifiant(self) -> str:
        return self.tentative.identifiant

    @property
    def session_id(self) -> str:
        return str((self.tentative.session or {}).get("session_id") or "")

    @property
    def session_psc(self) -> str:
        """Session ouverte chez le fournisseur ; vide si aucun jeton n'a été rendu."""
        return next(iter(self.tentative.dialogue.sessions), "")


# ------------------------------------------------------------------- le mode
def choisir_mode(essai: Essai, chez: Chez, modalite: Modalite | None = None) -> Mode:
    """Retient le mode du scénario ; sans `modalite`, la première que le logiciel réclame.

    L'heure du fournisseur suit celle du produit, dont un scénario précédent a pu avancer l'horloge d'essai.
    """
    if modalite is None:
        reclamees = essai.connexion.modalites_chez(chez)
        modalite = next((m for m in _PREFEREES if m.value in reclamees), None)
    if modalite is None:
        raise NonConcluant(
            f"le logiciel ne dit pas comment il se connecte par {chez.libelle} : décrire "
            "pro_sante_connect.modalites dans logiciel.yaml (ou dans /apropos)"
        )
    if manque := sans_retour(modalite, chez, essai.connexion):
        raise NonConcluant(manque)
    retard = avance(essai) - simulateur(essai, chez).horloge.decalage
    if retard > timedelta(0):
        simulateur(essai, chez).horloge.avancer(retard)
    choisi = Mode(chez, modalite)
    essai.releves["mode de connexion"] = choisi
    return choisi


def mode(essai: Essai) -> Mode:
    """Le mode du scénario ; par défaut Pro Santé Connect, de la première façon que le logiciel réclame."""
    retenu: Mode | None = essai.releves.get("mode de connexion")
    return retenu or choisir_mode(essai, Chez.PSC)


def simulateur(essai: Essai, chez: Chez) -> SimulateurPSC:
    """Le fournisseur simulé."""
    return essai.banc.psc if chez is Chez.PSC else essai.banc.etablissement


def attendu(essai: Essai) -> ClientDeclare:
    """Ce que le logiciel a déclaré de lui-même à ce fournisseur."""
    chez, declaration = mode(essai).chez, essai.connexion.en_dict()
    if chez is Chez.ETABLISSEMENT:
        declaration.pop("client_id", None)
    vu = PSC if chez is Chez.PSC else ETABLISSEMENT
    return ClientDeclare.depuis(declaration, client_id=simulateur(essai, chez).profil.client_id, fournisseur=vu)


def fournisseur(essai: Essai) -> Fournisseur:
    """Le fournisseur tel que le navigateur le rencontre."""
    chez = mode(essai).chez
    ports = simulateur(essai, chez).contexte.ports
    origines = frozenset(origine(port.url) for port in (ports.wallet, ports.royaume) if port is not None)
    return Fournisseur(chez.value, origines, MOTS_PSC if chez is Chez.PSC else MOTS_ETABLISSEMENT)


# --------------------------------------------------------------- les personnes
def nom_nu(qui: str) -> str:
    """« du professionnel » → le professionnel ; « à « la pharmacienne » » → la pharmacienne."""
    if "«" in qui:
        return qui.partition("«")[2].strip(" »\u00a0")
    return _CONTRACTIONS.get(qui, qui)


def identifiant_de(qui: str) -> str:
    """L'identifiant national de la personne que la feature nomme."""
    try:
        return PERSONNES[nom_nu(qui)]
    except KeyError:
        raise PhraseInconnue(f"personne inconnue dans la feature : {qui!r} ; attendu {list(PERSONNES)}") from None


def personne(essai: Essai, qui: str) -> Personne:
    """Ce que le fournisseur sait d'elle."""
    return essai.banc.psc.personnes[identifiant_de(qui)]


def role_de(qui: str) -> str:
    """Le rôle du contrat au nom duquel elle agit ; sans rôle, l'écran de connexion du logiciel."""
    return _ROLES.get(identifiant_de(qui), "personne_morale")


# ------------------------------------------------------------------- connecter
def connexions(essai: Essai) -> list[Connexion]:
    """Celles du scénario, dans l'ordre."""
    toutes: list[Connexion] = essai.releves.setdefault("connexions", [])
    return toutes


def derniere(essai: Essai, qui: str = "") -> Connexion:
    """La dernière connexion demandée, de cette personne si elle est nommée."""
    siennes = [c for c in connexions(essai) if qui in ("", c.qui)]
    if not siennes:
        raise NonConcluant(f"aucune connexion{f' de {qui}' if qui else ''} n'a encore été demandée dans ce scénario")
    return siennes[-1]


# ---------------------------------------------------------------------- juger
def constater_si_jugeable(essai: Essai, *constats: Constat) -> None:
    """Des règles d'appoint : sans rien à examiner, elles se taisent ; le verdict a ses propres règles."""
    essai.bilan.constater([c for c in constats if c.verdict is not Verdict.NON_CONCLUANT])


def sans_compte(essai: Essai, vue: Connexion) -> bool:
    """Vrai si la personne n'a pas de compte et pas de session : rien n'en est jugé, et cela se dit."""
    raison = essai.releves.get("sans compte", {}).get(vue.qui)
    if not raison or vue.tentative.ouverte:
        return False
    demander(
        essai,
        f"le compte de « {vue.qui} » n'a pas pu être créé ({raison}) et sa connexion n'ouvre pas de session : à "
        "dérouler avec un compte créé d'avance à ce RPPS",
    )
    return True


def expliquer(essai: Essai, vue: Connexion) -> None:
    """Pourquoi une connexion attendue n'a pas abouti : le parcours du navigateur et ce que le logiciel a dit."""
    dit = " ; ".join(vue.tentative.messages)[:300]
    ou = vue.parcours.en_phrase() if vue.parcours else "sans navigateur"
    essai.bilan.raison = essai.bilan.raison or f"connexion de « {vue.qui} » : {ou} ; le logiciel dit : {dit or 'rien'}"


def demander(essai: Essai, quoi: str) -> None:
    """Ce qu'une personne doit montrer ou joindre : *à vérifier*, sans prendre la place d'une raison plus grave."""
    essai.bilan.constater(Constat(code="BANC-CONDUITE-03", verdict=Verdict.A_VERIFIER, message=quoi))

"""Actions des dispositifs d'authentification, et le contrôle du second facteur à la connexion."""

from __future__ import annotations

from typing import Any

from simulators.logiciel_temoin import acces_usagers
from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.acces_extensions import CONTROLES_CONNEXION, SANS_MOT_DE_PASSE
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur

PERTES = ("titulaire_hors_session", "titulaire_en_session", "administrateur")


@action("enroler_dispositif")
def enroler_dispositif(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    """Par le titulaire depuis sa session, ou par l'administrateur qui lui remet le dispositif."""
    compte = labo.comptes.exiger(p.texte("compte_id"))
    _exiger_titulaire_ou_administrateur(labo, utilisateur, compte, p.texte_ou_rien("session_id"))
    dispositif = labo.dispositifs.enroler(compte, p.texte("type"))
    tracer(labo, compte.identifiant, "dispositif", compte, geste="enrolement", type=dispositif.type)
    return fait("Dispositif enrôlé.", dispositif=labo.dispositifs.en_dict(dispositif, secret=True))


@action("lister_dispositifs")
def lister_dispositifs(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    compte = labo.comptes.exiger(p.texte("compte_id"))
    return fait(dispositifs=[labo.dispositifs.en_dict(d) for d in labo.dispositifs.de(compte)])


@action("desactiver_dispositif")
def desactiver_dispositif(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    compte = labo.comptes.exiger(p.texte("compte_id"))
    dispositif = labo.dispositifs.exiger(compte, p.texte("dispositif_id"))
    par = p.choix("par", PERTES)
    if labo.defaut("perte_refusee"):
        raise Refus("Adressez-vous au laboratoire.", dispositif=labo.dispositifs.en_dict(dispositif))
    try:
        _autoriser_la_perte(labo, utilisateur, compte, par, p)
    except Refus:
        tracer(labo, compte.identifiant, "dispositif", compte, reussi=False, geste="perte")
        raise
    labo.dispositifs.desactiver(dispositif)
    tracer(labo, compte.identifiant, "dispositif", compte, geste="perte", type=dispositif.type)
    montre = {**labo.dispositifs.en_dict(dispositif), "actif": False}
    return fait("Dispositif désactivé.", dispositif=montre)


@action("renouveler_dispositif")
def renouveler_dispositif(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    """Par le titulaire en session, ou dans les minutes qui suivent la connexion qui l'a exigé."""
    compte = labo.comptes.exiger(p.texte("compte_id"))
    dispositif = labo.dispositifs.exiger(compte, p.texte("dispositif_id"))
    if not labo.dispositifs.renouvellement_attendu(dispositif):
        _exiger_session(labo, compte, p.texte_ou_rien("session_id"))
    labo.dispositifs.renouveler(dispositif)
    tracer(labo, compte.identifiant, "dispositif", compte, geste="renouvellement", type=dispositif.type)
    return fait("Dispositif renouvelé.", dispositif=labo.dispositifs.en_dict(dispositif, secret=True))


def controler_second_facteur(labo: Labo, compte: Compte, p: Parametres, moyens: list[str]) -> str | None:
    """Ce que la connexion demande encore, une fois le mot de passe juste ; None si elle peut s'ouvrir."""
    siens = labo.dispositifs.de(compte)
    if not siens and not acces_usagers.deux_facteurs_exiges(labo, compte):
        return None
    if compte.population == "usager" and not acces_usagers.deux_facteurs_exiges(labo, compte):
        return None
    presente = p.objet_ou_rien("second_facteur")
    if presente is None:
        dispense = compte.population == "professionnel" and not labo.defaut("facteur_unique_jamais")
        if dispense and labo.dispositifs.facteur_unique_admis(compte):
            return None
        labo.dispositifs.envoyer_codes(compte)
        return "second_facteur"
    genre = str(presente.get("type") or "")
    dispositif = labo.dispositifs.reconnaitre(compte, genre, str(presente.get("code") or ""))
    if dispositif is None:
        labo.mots_de_passe.compter_echec(compte)
        return "second_facteur"
    if labo.dispositifs.echu(dispositif):
        return "renouvellement_dispositif"
    labo.dispositifs.marquer(compte, dispositif)
    moyens.append(genre)
    return None


def ouvrir_par_dispositif(labo: Labo, compte: Compte, p: Parametres) -> list[str] | None:
    """Dans le délai, le dispositif de la dernière connexion à deux facteurs suffit seul."""
    presente = p.objet_ou_rien("second_facteur")
    if presente is None or compte.population != "professionnel" or compte.bloque:
        return None
    genre = str(presente.get("type") or "")
    dispositif = labo.dispositifs.reconnaitre(compte, genre, str(presente.get("code") or ""))
    if dispositif is None or labo.defaut("facteur_unique_jamais"):
        return None
    return [genre] if labo.dispositifs.facteur_unique_admis(compte, dispositif) else None


def _autoriser_la_perte(labo: Labo, utilisateur: Utilisateur, compte: Compte, par: str, p: Parametres) -> None:
    if par == "administrateur":
        if not (utilisateur.administrateur or utilisateur.super_utilisateur):
            raise Refus("Seul un administrateur désactive le dispositif d'une autre personne.")
    elif par == "titulaire_en_session":
        _exiger_session(labo, compte, p.texte_ou_rien("session_id"))
    else:
        preuve: dict[str, Any] = p.objet_ou_rien("preuve") or {}
        if not preuve and not labo.defaut("perte_sans_verification"):
            raise Refus("Prouvez d'abord qui vous êtes.", verification_demandee=["mot_de_passe"])
        if preuve and not labo.defaut("perte_preuve_non_controlee"):
            mot_de_passe = str(preuve.get("mot_de_passe") or "")
            if not labo.mots_de_passe.essayer(compte, mot_de_passe):
                raise Refus("Mot de passe incorrect.", verification_demandee=["mot_de_passe"])


def _exiger_session(labo: Labo, compte: Compte, session_id: str | None) -> None:
    session = labo.sessions.lire(session_id or "")
    if session is None or (session.compte_id != compte.compte_id and not labo.defaut("perte_session_d_un_autre")):
        raise Refus("Ouvrez d'abord une session sur ce compte.")


def _exiger_titulaire_ou_administrateur(
    labo: Labo, utilisateur: Utilisateur, compte: Compte, session_id: str | None
) -> None:
    if session_id is not None:
        _exiger_session(labo, compte, session_id)
    elif not (utilisateur.administrateur or utilisateur.super_utilisateur):
        raise Refus("Seul un administrateur remet un dispositif à une autre personne.")


CONTROLES_CONNEXION.append(controler_second_facteur)
SANS_MOT_DE_PASSE.append(ouvrir_par_dispositif)

"""Comptes d'usagers : inscription par la personne ou par un professionnel, identité vérifiée, modification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.acces_extensions import COORDONNEES_CHANGEES, CREATIONS, MODIFICATIONS, NOTIFICATIONS
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.erreurs import Enveloppe, ParametreInvalide, Refus, fait
from simulators.logiciel_temoin.identite import matricule_valide

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo
    from simulators.logiciel_temoin.parametres import Parametres
    from simulators.logiciel_temoin.utilisateurs import Utilisateur

MOYENS = ("franceconnect_plus", "apcv", "piece_identite")
"""Moyens par lesquels le laboratoire vérifie l'identité d'un usager."""
ATTRIBUTS = (
    "matricule_ins",
    "oid_ins",
    "nom_naissance",
    "premier_prenom_naissance",
    "prenoms_naissance",
    "sexe",
    "date_naissance",
    "code_lieu_naissance",
    "nom_utilise",
    "prenom_utilise",
)
_COORDONNEES = ("courriel", "telephone")


def moyens(labo: Labo) -> list[str]:
    """Les moyens proposés à l'écran."""
    return [*MOYENS, "declaration_honneur"] if labo.defaut("inscription_moyen_faible") else list(MOYENS)


def creer(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    """`creer_compte` pour un usager : par lui-même, ou par un professionnel habilité."""
    champs = p.objet("compte")
    mode = p.choix("mode", ("inscription", "professionnel", "administrateur"), "administrateur")
    proposes: dict[str, Any] = {}
    if mode == "inscription":
        proposes = {"moyens_verification": moyens(labo)}
        moyen = _verifier(labo, p, "inscription_sans_verification", "inscription_verification_de_facade", proposes)
    else:
        if utilisateur.professionnel is None or labo.defaut("usager_professionnel_refuse"):
            raise Refus("Seul un professionnel du laboratoire inscrit un usager.")
        moyen = "autre"
    identite = _identite(labo, champs.get("identite"))
    if labo.defaut("inscription_sans_compte") and mode == "inscription":
        fantome = Compte("C000000", str(champs.get("identifiant") or ""), "usager")
        return fait("Compte créé.", compte=fantome.en_dict(), **proposes)
    simples = {nom: valeur for nom, valeur in champs.items() if nom not in ("identite", "verification_identite")}
    simples = {nom: valeur for nom, valeur in simples.items() if nom not in _COORDONNEES}
    compte = labo.comptes.creer({**simples, "population": "usager", "identite": identite})
    compte.verification_identite = "pvid_interne" if labo.defaut("inscription_moyen_faux") else moyen
    compte.nom = str(identite.get("nom_utilise") or identite["nom_naissance"])
    compte.prenom = str(identite.get("prenom_utilise") or identite["premier_prenom_naissance"])
    _mot_de_passe(labo, compte, p.texte_ou_rien("mot_de_passe"))
    for champ in _COORDONNEES:
        if champs.get(champ):
            setattr(compte, champ, str(champs[champ]))
            _annoncer(labo, compte, champ, utilisateur if mode == "professionnel" else None)
    tracer(labo, utilisateur.compte if mode == "professionnel" else compte.identifiant, "creation", compte)
    return fait(f"Compte {compte.identifiant} créé.", compte=compte.en_dict(), **proposes)


def modifier(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    """`modifier_compte` pour un usager, depuis sa session : identité vérifiée, coordonnée à confirmer."""
    compte = labo.comptes.exiger(p.texte("compte_id"))
    modifications = p.objet("modifications")
    inconnues = set(modifications) - {"identite", *_COORDONNEES}
    if inconnues:
        raise Refus(f"Un usager ne change pas : {', '.join(sorted(inconnues))}.")
    session = labo.sessions.lire(p.texte_ou_vide("session_id"))
    if session is None or session.compte_id != compte.compte_id:
        raise Refus("Ouvrez une session sur ce compte pour le modifier.")
    demandees: dict[str, Any] = {}
    if identite := modifications.get("identite"):
        demandees = {"verification_demandee": list(MOYENS)}
        _verifier(labo, p, "identite_modifiee_sans_controle", "identite_modifiee_controle_de_facade", demandees)
        if not labo.defaut("identite_modification_sans_effet"):
            compte.identite = _identite(labo, {**(compte.identite or {}), **identite})
            compte.nom = str(compte.identite.get("nom_utilise") or compte.identite["nom_naissance"])
        if not labo.defaut("identite_modification_non_notifiee"):
            labo.coordonnees.notifier(compte, "votre identité")
    for champ in _COORDONNEES:
        if modifications.get(champ):
            demandees = {"verification_demandee": ["code"]}
            labo.coordonnees.changer(compte, champ, str(modifications[champ]))
    tracer(labo, compte.identifiant, "modification_attributs", compte, attributs=sorted(modifications))
    return fait("Modification enregistrée.", compte=compte.en_dict(), **demandees)


def enroler_a_la_confirmation(labo: Labo, compte: Compte, champ: str) -> None:
    """Une adresse d'usager confirmée reçoit désormais ses codes de connexion."""
    if compte.population != "usager" or champ != "courriel":
        return
    if not any(d.type == "otp_courriel" for d in labo.dispositifs.de(compte, actifs=True)):
        labo.dispositifs.enroler(compte, "otp_courriel")


def deux_facteurs_exiges(labo: Labo, compte: Compte) -> bool:
    """Vrai si ce compte doit présenter un second facteur, dispositif enrôlé ou non."""
    if compte.population != "usager":
        return False
    if labo.defaut("usager_un_facteur_par_defaut") and not labo.reglages.touche("double_facteur_usagers"):
        return False
    return bool(labo.reglages.lire("double_facteur_usagers"))


def _verifier(labo: Labo, p: Parametres, sans: str, facade: str, donnees: dict[str, Any]) -> str:
    """Le moyen de vérification présenté et abouti ; `Refus`, avec les moyens admis, sinon."""
    verification = p.objet_ou_rien("verification_identite") or {}
    moyen = str(verification.get("moyen") or "")
    if labo.defaut(sans) and not moyen:
        return MOYENS[-1]
    if moyen not in moyens(labo):
        raise Refus("Votre identité doit être vérifiée par l'un des moyens proposés.", **donnees)
    if verification.get("valide") is not True and not labo.defaut(facade):
        raise Refus("La vérification de votre identité n'a pas abouti.", **donnees)
    return moyen


def _identite(labo: Labo, saisie: Any) -> dict[str, Any]:
    if not isinstance(saisie, dict):
        raise ParametreInvalide("compte.identite : objet attendu")
    identite = {nom: saisie[nom] for nom in ATTRIBUTS if saisie.get(nom) is not None}
    if not identite.get("premier_prenom_naissance"):
        identite["premier_prenom_naissance"] = str(identite.get("prenoms_naissance") or "").split(" ")[0]
    manquants = [nom for nom in ("nom_naissance", "date_naissance", "sexe") if not identite.get(nom)]
    if manquants:
        raise Refus(f"Attributs d'identité manquants : {', '.join(manquants)}.")
    matricule = identite.get("matricule_ins")
    if matricule and not matricule_valide(str(matricule)):
        raise Refus("Le matricule INS n'est pas valide.")
    if labo.defaut("usager_matricule_non_garde"):
        identite.pop("matricule_ins", None)
    if labo.defaut("usager_premier_prenom_seul"):
        identite["prenoms_naissance"] = identite["premier_prenom_naissance"]
    if labo.defaut("usager_lieu_non_garde"):
        identite.pop("code_lieu_naissance", None)
    if labo.defaut("usager_identite_constante"):
        premiere = next((c.identite for c in labo.comptes.tous("usager") if c.identite), None)
        return dict(premiere or identite)
    return identite


def _mot_de_passe(labo: Labo, compte: Compte, mot_de_passe: str | None) -> None:
    if mot_de_passe is None:
        return
    try:
        labo.mots_de_passe.definir(compte, mot_de_passe)
    except Refus:
        labo.comptes.supprimer(compte.compte_id)
        raise


def _annoncer(labo: Labo, compte: Compte, champ: str, auteur: Utilisateur | None) -> None:
    """Le code de confirmation ; quand un professionnel a créé le compte, le message l'annonce aussi."""
    texte = ""
    if auteur is not None:
        if labo.defaut("usager_sans_annonce"):
            return
        texte = (
            f"Un compte vient d'être créé pour vous au laboratoire, sous l'identifiant {compte.identifiant}. "
            "Confirmez votre adresse, choisissez votre mot de passe, puis connectez-vous."
        )
    labo.coordonnees.demander(compte, champ, str(getattr(compte, champ)), texte=texte)


def _coordonnee_d_un_professionnel(labo: Labo, compte: Compte, champ: str, ancienne: str | None) -> None:
    labo.coordonnees.demander(compte, champ, str(getattr(compte, champ)), ancienne=ancienne)


def _envoyer(labo: Labo, coordonnee: str, objet: str, texte: str) -> None:
    labo.courrier.envoyer(coordonnee, objet, texte)


CREATIONS["usager"] = creer
MODIFICATIONS["usager"] = modifier
COORDONNEES_CHANGEES.append(_coordonnee_d_un_professionnel)
NOTIFICATIONS.append(_envoyer)

"""Jouer les facteurs d'une personne : lire ses messages, calculer ses codes, se connecter avec un ou deux facteurs."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.verdict import Verdict
from simulators.courriels.lecture import codes_de, liens_de
from steps import totp
from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import Essai
from steps.etapes import acces_commun
from steps.etapes.acces_commun import compte, instant, laisser_passer, ouvrir_session
from steps.etapes.commun import changer_reglage
from steps.logiciel.protocole import ReponseAction
from steps.verifications.acces.connexions import Connexion
from steps.verifications.acces.coordonnees import MessageVu, messages_de

_DISPOSITIFS = "dispositifs d'essai"
_LUS = "courriels déjà lus"


@dataclass
class DispositifEssai:
    """Un dispositif enrôlé par le banc. `dernier_rang` : dernier pas de temps dont le code a été présenté."""

    compte: str
    type: str
    dispositif_id: str
    secret: str
    cree: datetime
    dernier_rang: int = -1


# ------------------------------------------------------------------ réglages
def regler_et_relire(essai: Essai, parametre: str, valeur: Any) -> tuple[ReponseAction, Any]:
    """Change le réglage et rend ce que le logiciel en montre ; un réglage qu'il n'a pas va à une personne."""
    reponse = changer_reglage(essai, parametre, valeur)
    if reponse.resultat == "non_gere":
        raison = f"le logiciel déclare ne pas avoir le réglage « {parametre} » : {reponse.en_phrase()}"
        essai.bilan.echouer(Verdict.A_VERIFIER, raison)
        raise ScenarioArrete(raison)
    lu = essai.tenter("lire_configuration", "administrateur", parametre=parametre)
    return reponse, lu.donnees.get("valeur") if lu.fait else reponse.donnees.get("valeur")


# ------------------------------------------------------------------ messages
@dataclass(frozen=True)
class MessageLu:
    """Un message lu par la personne : codes (le plus vraisemblable d'abord) et liens."""

    texte: str
    codes: tuple[str, ...]
    liens: tuple[str, ...]


def marquer_lus(essai: Essai, adresse: str) -> None:
    """Ce qui est déjà arrivé à cette adresse ne comptera plus."""
    _lus(essai)[adresse.lower()] = len(essai.banc.courriels.recus(adresse))


def lire_nouveau(essai: Essai, adresse: str) -> MessageLu | None:
    """Le dernier message arrivé depuis `marquer_lus`, un code ou un lien d'abord ; None si rien ne vient.

    Au relais du banc, sinon là où la personne lit ses messages (`lire_messages_recus`).
    """
    depuis = _lus(essai).get(adresse.lower(), 0)
    if essai.banc.courriels.attendre(adresse, depuis=depuis, delai=acces_commun.DELAI) is None:
        return _lire_ailleurs(essai, adresse)
    recus = essai.banc.courriels.recus(adresse, depuis=depuis)
    choisi = next((r for r in reversed(recus) if r.codes or r.liens), recus[-1])
    return MessageLu(choisi.texte, choisi.codes, choisi.liens)


def messages_depuis(essai: Essai, adresse: str, position: int, *, attendre: bool = True) -> list[MessageVu]:
    """Messages que le relais a remis à cette adresse depuis ce rang du journal ; en attend un, s'il le faut."""

    def concerne(echange: Any) -> bool:
        return bool(messages_de([echange], adresse))

    delai = acces_commun.DELAI if attendre else 0.0
    essai.journal.attendre(concerne, depuis=position, delai=delai, service="courriels")
    return messages_de(essai.journal.echanges("courriels", depuis=position), adresse)


def _lire_ailleurs(essai: Essai, adresse: str) -> MessageLu | None:
    reponse = essai.tenter("lire_messages_recus", "personne_morale", coordonnee=adresse)
    recus = reponse.donnees.get("messages_recus") or []
    if not reponse.fait or not recus:
        return None
    texte = str(recus[-1].get("texte") or "")
    return MessageLu(texte, codes_de(texte), liens_de(texte))


def _lus(essai: Essai) -> dict[str, int]:
    lus: dict[str, int] = essai.releves.setdefault(_LUS, {})
    return lus


# ------------------------------------------------------------------ coordonnées
def confirmer(essai: Essai, nom: str, adresse: str, message: MessageLu) -> ReponseAction:
    """Confirme cette coordonnée par le code du message, sinon par son lien."""
    vise = compte(essai, nom)
    preuve: dict[str, str] = {"code": message.codes[0]} if message.codes else {}
    if not preuve and message.liens:
        preuve = {"lien": message.liens[0]}
    return essai.jouer(
        "confirmer_coordonnee", "personne_morale", compte_id=vise.compte_id, coordonnee=adresse, **preuve
    )


def code_faux(message: MessageLu | None) -> str:
    """Un code de même longueur que celui du message, et différent."""
    juste = message.codes[0] if message and message.codes else "000000"
    while (tire := "".join(secrets.choice("0123456789") for _ in juste)) == juste:
        continue
    return tire


def preparer_coordonnee(essai: Essai, nom: str) -> None:
    """Confirme l'adresse du compte qui vient d'être créé ; sans message, le logiciel peut n'en pas demander."""
    adresse = str(compte(essai, nom).champs.get("courriel") or "")
    message = lire_nouveau(essai, adresse) if adresse else None
    if message is not None and (message.codes or message.liens):
        confirmer(essai, nom, adresse, message)


# ------------------------------------------------------------------ dispositifs
def dispositifs(essai: Essai, nom: str) -> dict[str, DispositifEssai]:
    """Dispositifs de ce compte enrôlés par le banc, par type (« totp », « totp 2 »…)."""
    tous: dict[str, dict[str, DispositifEssai]] = essai.releves.setdefault(_DISPOSITIFS, {})
    return tous.setdefault(nom, {})


def dispositif(essai: Essai, nom: str, cle: str) -> DispositifEssai:
    """Le dispositif que la feature appelle ainsi."""
    try:
        return dispositifs(essai, nom)[cle]
    except KeyError:
        raise NonConcluant(f"« {nom} » n'a pas de dispositif « {cle} » dans ce scénario") from None


def enroler(essai: Essai, nom: str, cle: str, *, session_id: str = "") -> ReponseAction:
    """Enrôle un dispositif et le retient ; `cle` : son type, suivi d'un numéro s'il y en a plusieurs du même."""
    vise = compte(essai, nom)
    genre = cle.split()[0]
    parametres = {"session_id": session_id} if session_id else {}
    reponse = essai.jouer("enroler_dispositif", "administrateur", compte_id=vise.compte_id, type=genre, **parametres)
    retenir_dispositif(essai, nom, cle, reponse)
    return reponse


def retenir_dispositif(essai: Essai, nom: str, cle: str, reponse: ReponseAction) -> None:
    """Garde l'identifiant et le secret que le logiciel vient de montrer."""
    montre = reponse.donnees.get("dispositif")
    if reponse.fait and isinstance(montre, Mapping):
        dispositifs(essai, nom)[cle] = DispositifEssai(
            nom, cle.split()[0], str(montre.get("dispositif_id")), str(montre.get("secret") or ""), instant(essai)
        )


def code_totp(essai: Essai, vise: DispositifEssai) -> str:
    """Un code que ce dispositif n'a pas encore donné : au besoin, attend le pas de temps suivant."""
    if totp.rang(instant(essai)) <= vise.dernier_rang:
        reste = totp.PAS - int(instant(essai).timestamp()) % totp.PAS
        laisser_passer(essai, reste + 1)
    vise.dernier_rang = totp.rang(instant(essai))
    return totp.code(vise.secret, vise.dernier_rang)


def code_totp_faux(essai: Essai, vise: DispositifEssai) -> str:
    """Un code qui n'est celui d'aucun pas de temps voisin."""
    present = totp.rang(instant(essai))
    voisins = {totp.code(vise.secret, present + ecart) for ecart in range(-3, 4)}
    while (tire := f"{secrets.randbelow(10**6):06d}") in voisins:
        continue
    return tire


# ------------------------------------------------------------------ connexions
def connecter_par_mot_de_passe(
    essai: Essai, nom: str, mot_de_passe: str | None = None, *, quoi: str = "mot de passe seul", cle: str = ""
) -> Connexion:
    """Présente le seul mot de passe."""
    reponse = ouvrir_session(essai, nom, mot_de_passe, cle=cle)
    return Connexion.depuis(f"« {nom} », {quoi}", reponse)


def connecter(
    essai: Essai, nom: str, cle: str, *, faux: bool = False, secret: DispositifEssai | None = None, session: str = ""
) -> Connexion:
    """Présente le mot de passe et ce dispositif ; `faux` : avec un code faux, `secret` : avec un autre secret."""
    genre = cle.split()[0]
    if genre == "totp":
        vise = secret or dispositif(essai, nom, cle)
        code = code_totp_faux(essai, vise) if faux else code_totp(essai, vise)
        quoi = f"« {nom} », mot de passe et {cle}{' (code faux)' if faux else ''}{' (ancien secret)' if secret else ''}"
        return Connexion.depuis(
            quoi, ouvrir_session(essai, nom, cle=session, second_facteur={"type": "totp", "code": code})
        )
    return _connecter_par_message(essai, nom, cle, faux=faux, session=session)


def connecter_par_dispositif_seul(essai: Essai, nom: str, cle: str) -> Connexion:
    """Présente le code de ce dispositif, sans mot de passe."""
    code = code_totp(essai, dispositif(essai, nom, cle))
    reponse = ouvrir_session(essai, nom, "", second_facteur={"type": cle.split()[0], "code": code})
    return Connexion.depuis(f"« {nom} », {cle} seul, sans mot de passe", reponse)


def _connecter_par_message(essai: Essai, nom: str, cle: str, *, faux: bool, session: str) -> Connexion:
    """Le logiciel envoie le code une fois le mot de passe présenté."""
    adresse = str(compte(essai, nom).champs.get("courriel") or "")
    marquer_lus(essai, adresse)
    quoi = f"« {nom} », mot de passe et {cle}{' (code faux)' if faux else ''}"
    premiere = ouvrir_session(essai, nom, cle=session)
    vue = Connexion.depuis(quoi, premiere)
    if vue.ouverte or vue.demande != "second_facteur":
        return vue
    message = lire_nouveau(essai, adresse)
    if message is None or not message.codes:
        return vue
    code = code_faux(message) if faux else message.codes[0]
    reponse = ouvrir_session(essai, nom, cle=session, second_facteur={"type": cle.split()[0], "code": code})
    return Connexion.depuis(quoi, reponse)

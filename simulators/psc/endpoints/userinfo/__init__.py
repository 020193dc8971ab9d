"""`GET|POST …/userinfo` : qui est la personne, pour un jeton d'accès valable (OpenID Connect Core, 5.3 ; RFC 6750)."""

from __future__ import annotations

from typing import Any

from simulators.psc.emission import identite
from simulators.psc.erreurs import SANS_CACHE, RefusOAuth, en_json, jeton_absent, jeton_refuse, requete_invalide
from simulators.psc.etat import Jeton
from simulators.psc.falsification import signer
from simulators.psc.point import FORMULAIRE, Appel, PointAcces, du_royaume
from simulators.psc.verification import Verificateur
from simulators.socle.jetons import JetonRefuse
from simulators.socle.requete import ReponseSimulee


def handle(appel: Appel) -> ReponseSimulee:
    """JSON, ou JWT si la panne le demande."""
    jeton = _lire_jeton(appel)
    panne = appel.prendre(
        "userinfo_401", "userinfo_autre_sub", "userinfo_sub_absent", "userinfo_sans_exercice", "userinfo_jwt",
        "session_terminee",
    )  # fmt: skip
    nom = panne.nom if panne else ""
    if nom == "userinfo_401":
        raise jeton_refuse("panne jouée exprès")
    etat = appel.contexte.etat
    if nom == "session_terminee" and jeton in etat.jetons:
        etat.terminer(etat.sessions[etat.jetons[jeton].session], "fin jouée exprès")
    try:
        connu = Verificateur(appel.contexte).lire(jeton, certificat_der=appel.certificat_der)
    except JetonRefuse as refus:
        appel.noter("session", refus.session)
        appel.noter("identifiant", refus.identifiant)
        raise jeton_refuse(str(refus)) from None
    appel.noter("session", connu.session)
    appel.noter("identifiant", connu.identifiant)
    if "openid" not in connu.scope.split():
        raise RefusOAuth("insufficient_scope", "le jeton n'a pas le scope openid", 403)
    return _rendre(appel, connu, nom)


def _lire_jeton(appel: Appel) -> str:
    """Le jeton, de l'en-tête, ou du corps d'un POST (RFC 6750, 2.2) ; jamais de l'adresse."""
    entete = appel.requete.entete("Authorization") or ""
    formulaire = appel.requete.methode == "POST" and appel.requete.type_contenu == FORMULAIRE
    du_corps = dict(appel.formulaire()).get("access_token", "") if formulaire else ""
    de_la_cible = any(nom == "access_token" for nom, _ in appel.paires_cible)
    porteurs = [n for n, la in (("entete", entete), ("parametre", de_la_cible), ("corps", du_corps)) if la]
    appel.noter("porteur", porteurs[0] if porteurs else "")
    if not porteurs:
        raise jeton_absent()
    if len(porteurs) > 1:
        raise requete_invalide("le jeton est présenté de plusieurs façons")
    if de_la_cible:
        raise requete_invalide("le jeton ne se met pas dans l'adresse")
    genre, _, valeur = entete.partition(" ")
    if entete and (genre.lower() != "bearer" or not valeur.strip()):
        raise requete_invalide("Authorization : Bearer attendu")
    return valeur.strip() or du_corps


def _rendre(appel: Appel, connu: Jeton, panne: str) -> ReponseSimulee:
    contenu = _contenu(appel, connu)
    if panne == "userinfo_autre_sub":
        autre = next(p for p in appel.contexte.personnes.values() if p.identifiant_national != connu.identifiant)
        contenu = {"sub": autre.sub, **autre.userinfo()}
    elif panne == "userinfo_sub_absent":
        contenu.pop("sub")
    elif panne == "userinfo_sans_exercice":
        for nom in ("SubjectRefPro", "SubjectRole", "codeGenreActivite", "Secteur_Activite", "SubjectOrganization"):
            contenu.pop(nom, None)
    elif panne == "userinfo_jwt":
        contexte = appel.contexte
        signe = signer(contexte.cles.courante, {**contenu, "iss": contexte.issuer, "aud": connu.client})
        return ReponseSimulee(200, contexte.etat.proteger(signe).encode(), "application/jwt", SANS_CACHE)
    return en_json(contenu)


def _contenu(appel: Appel, connu: Jeton) -> dict[str, Any]:
    personne = appel.contexte.personnes[connu.identifiant]
    if not appel.contexte.profil.revendications_psc:
        return {"sub": personne.sub, **identite(appel.contexte, personne)}
    if "scope_all" not in connu.scope.split():
        return {"sub": personne.sub}
    return {"sub": personne.sub, **personne.userinfo()}


POINT = PointAcces("userinfo", "royaume", ("GET", "POST"), du_royaume("userinfo"), handle)

"""L'écran de connexion et les conditions d'utilisation (PSC-ECR), le rapprochement de comptes (PSC-RAP).

    ecran_de_connexion(donnees) -> list[Constat]       réponse de lire_ecran_connexion : html, cgu, moyens, capture
    deconnexion_visible() -> Constat                   toujours à vérifier, avec la capture demandée
    meme_compte(par_psc, par_autre) -> Constat         sessions ouvertes par les deux moyens après rapprochement
    rapprochement_refuse(avant, apres) -> Constat      une identité PSC d'un autre RPPS n'est pas attachée à ce compte
    seul_moyen(declaree, moyens) -> Constat

Une machine ne juge pas un écran : elle dit ce qui manque sûrement, et demande la capture pour le reste.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.psc import sources
from steps.verifications.psc.tentative import Session, dire, ouverte
from steps.verifications.registre import verification

BOUTON = Regle(
    "PSC-ECR-01", "L'écran de connexion propose Pro Santé Connect, par son bouton officiel",
    f"{sources.REM.format('PSC.01')}, étapes 4 et 5 ; EX PSC 28 à 30, dont le sujet par numéro n'a pas été lu",
    Confiance.OFFICIELLE, "Poser le bouton officiel, libellé et couleurs inchangés, sur l'écran de connexion.",
)  # fmt: skip
CGU = Regle(
    "PSC-ECR-02", "Les conditions d'utilisation se lisent avant la connexion et parlent de Pro Santé Connect",
    f"{sources.REM.format('PSC.01')}, étapes 1 à 3 ; {sources.REFERENTIEL.format(31)}", Confiance.OFFICIELLE,
    "Donner accès aux conditions d'utilisation, avec un paragraphe sur Pro Santé Connect.",
)  # fmt: skip
DECONNEXION = Regle(
    "PSC-ECR-03", "La déconnexion est visible de l'utilisateur connecté",
    f"{sources.REM.format('PSC.01')}, étapes 9 et 10", Confiance.OFFICIELLE,
    "Montrer l'action de déconnexion sur tout écran de la session.",
)  # fmt: skip
MEME_COMPTE = Regle(
    "PSC-RAP-01", "Après rapprochement, les deux moyens de connexion mènent au même compte",
    f"{sources.REFERENTIEL.format(19)} ; {sources.REM.format('PSC.02')}", Confiance.OFFICIELLE,
    "Attacher l'identité de Pro Santé Connect au compte existant, d'après le RPPS (SubjectNameID).",
)  # fmt: skip
AUTRE_RPPS = Regle(
    "PSC-RAP-02", "Une identité d'un autre RPPS n'est pas rapprochée du compte",
    f"{sources.REFERENTIEL.format(19)} ; {sources.REM.format('PSC.02')}", Confiance.OFFICIELLE,
    "Refuser le rapprochement quand le RPPS du compte n'est pas celui de SubjectNameID.",
)  # fmt: skip
SEUL = Regle(
    "PSC-RAP-03", "Les moyens de connexion proposés sont ceux déclarés", sources.DECLARATION, Confiance.DEDUITE,
    "Corriger seul_moyen dans la déclaration, ou retirer les autres moyens de l'écran.",
)  # fmt: skip

_OU = "écran de connexion"
_NOMS = ("pro sante connect", "prosanteconnect", "pro-sante-connect")


@verification(BOUTON, CGU)
def ecran_de_connexion(donnees: Mapping[str, Any]) -> list[Constat]:
    """Le bouton et les conditions : absents, en faute ; présents, à vérifier sur la capture."""
    html, moyens = str(donnees.get("html") or ""), [str(m) for m in donnees.get("moyens") or ()]
    capture = "capture jointe" if donnees.get("capture_base64") else "capture à joindre"
    constats = []
    if not html and not moyens:
        constats.append(BOUTON.a_regarder(f"Vérifier sur l'écran de connexion le bouton officiel ({capture}).", ou=_OU))
    elif "psc" in moyens or _nomme(html):
        recu = ", ".join(moyens) or "Pro Santé Connect est nommé"
        constats.append(
            BOUTON.a_regarder(
                f"Vérifier que le bouton est l'officiel, libellé et couleurs inchangés ({capture}).", recu=recu, ou=_OU
            )
        )
    else:
        constats.append(BOUTON.enfreinte("L'écran de connexion ne propose pas Pro Santé Connect.",
                                         attendu="un bouton Pro Santé Connect", recu=", ".join(moyens) or "non nommé",
                                         ou=_OU))  # fmt: skip
    return [*constats, _cgu(str(donnees.get("cgu") or ""))]


def _cgu(cgu: str) -> Constat:
    ou, recu = "conditions d'utilisation", f"{len(cgu)} caractères relevés"
    if cgu.strip() and not _nomme(cgu):
        return CGU.enfreinte("Les conditions relevées ne parlent pas de Pro Santé Connect.",
                             attendu="un paragraphe sur Pro Santé Connect", recu=recu, ou=ou)  # fmt: skip
    message = "Joindre les conditions d'utilisation et dire comment on les lit avant la connexion."
    if cgu.strip():
        message = "Vérifier le paragraphe sur Pro Santé Connect et l'accès aux conditions avant la connexion."
    return CGU.a_regarder(message, recu=recu, ou=ou)


@verification(DECONNEXION)
def deconnexion_visible() -> Constat:
    """La place de la déconnexion se voit sur la capture de l'écran d'un utilisateur connecté."""
    return DECONNEXION.a_regarder("Vérifier sur la capture d'un écran connecté que la déconnexion est visible.",
                                  ou="écran d'un utilisateur connecté")  # fmt: skip


@verification(MEME_COMPTE)
def meme_compte(par_psc: Session | None, par_autre: Session | None) -> Constat:
    """Les deux sessions sont ouvertes sur le même compte."""
    if not ouverte(par_psc) or not ouverte(par_autre):
        return MEME_COMPTE.sans_objet(f"les deux connexions n'ont pas abouti : {dire(par_psc)} ; {dire(par_autre)}")
    comptes = [str((s or {}).get("compte") or "") for s in (par_psc, par_autre)]
    if not all(comptes):
        return MEME_COMPTE.a_regarder("Le logiciel ne dit pas à quel compte appartient chaque session.", ou="sessions")
    recu = f"par Pro Santé Connect : {comptes[0]} ; autrement : {comptes[1]}"
    if comptes[0] == comptes[1]:
        return MEME_COMPTE.respectee(recu=recu, ou="sessions")
    return MEME_COMPTE.enfreinte("Les deux moyens mènent à deux comptes.", attendu="le même compte", recu=recu,
                                 ou="sessions")  # fmt: skip


@verification(AUTRE_RPPS)
def rapprochement_refuse(avant: Session | None, apres: Session | None, *, identifiant: str) -> Constat:
    """`avant` : session du compte, ouverte autrement ; `apres` : session montrée une fois `identifiant` authentifié."""
    compte = str((avant or {}).get("compte") or "")
    if not ouverte(avant) or not compte:
        return AUTRE_RPPS.sans_objet("aucune session n'était ouverte sur un compte du logiciel")
    if apres is None or ouverte(apres) is None:
        return AUTRE_RPPS.sans_objet("le logiciel n'a rien montré après l'authentification")
    mele = str(apres.get("compte") or "") == compte and str(apres.get("identifiant_national") or "") == identifiant
    if ouverte(apres) and mele:
        return AUTRE_RPPS.enfreinte(
            "L'identité d'une autre personne est attachée au compte.", attendu="rapprochement refusé",
            recu=f"compte {compte}, identifiant {identifiant}", ou="session montrée par le logiciel",
        )  # fmt: skip
    return AUTRE_RPPS.respectee(recu=dire(apres), ou="session montrée par le logiciel")


@verification(SEUL)
def seul_moyen(declaree: bool, moyens: Sequence[str]) -> Constat:
    """Déclaré seul moyen : rien d'autre n'est proposé ; sinon, au moins un autre l'est."""
    if not moyens:
        return SEUL.sans_objet("les moyens de connexion proposés n'ont pas été relevés")
    autres = [m for m in moyens if m != "psc"]
    recu = ", ".join(moyens)
    if declaree == (not autres):
        return SEUL.respectee(recu=recu, ou=_OU)
    attendu = "Pro Santé Connect seul" if declaree else "Pro Santé Connect et un autre moyen"
    return SEUL.enfreinte("Les moyens proposés ne sont pas ceux déclarés.", attendu=attendu, recu=recu, ou=_OU)


def _nomme(texte: str) -> bool:
    decompose = unicodedata.normalize("NFD", texte.casefold())
    plat = "".join(c for c in decompose if not unicodedata.combining(c)).replace("\xa0", " ").replace("&nbsp;", " ")
    plat = plat.replace("&eacute;", "e")
    return any(nom in " ".join(plat.split()) for nom in _NOMS)

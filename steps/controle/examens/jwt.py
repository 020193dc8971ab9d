"""Jetons JWT : compact, `Bearer …`, JWS en JSON, ou réponse d'un point d'accès de jetons."""

from __future__ import annotations

from dataclasses import replace

from reports.constat import Constat
from steps.controle.examens.gardes import au_dela
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.verifications.jwt import (
    LISIBLE,
    Jeton,
    JetonIllisible,
    Jwks,
    JwksIllisible,
    empreinte,
    lire_jetons,
    lire_jwks,
    verifier_jeton,
)
from steps.verifications.jwt.lecture import TAILLE_MAX
from steps.verifications.jwt.regles import SIGNATURE


def examiner_jwt(octets: bytes, contexte: ContexteControle) -> Examen:
    """Examine le ou les jetons d'un fichier ; le jeton n'est jamais écrit, seulement son empreinte."""
    if len(octets) > TAILLE_MAX:
        return au_dela(TypeFichier.JWT, f"jeton de {len(octets)} octets, {TAILLE_MAX} au plus")
    try:
        jetons = lire_jetons(octets)
    except JetonIllisible as erreur:
        return Examen(TypeFichier.JWT, (_illisible(str(erreur), octets),), ("joué : lecture du jeton",))
    cles, refus = _cles(contexte)
    acces = next((jeton for jeton in jetons if jeton.nom == "access_token"), None)
    examens = [_examiner(jeton, cles, contexte, acces) for jeton in jetons]
    if len(examens) == 1:
        return replace(examens[0], constats=(*examens[0].constats, *refus))
    noms = [jeton.nom or f"signature-{rang}" for rang, jeton in enumerate(jetons, start=1)]
    lisible = LISIBLE.respectee(f"{len(jetons)} jetons, examinés un par un", recu=", ".join(noms), ou="fichier")
    return Examen(TypeFichier.JWT, (lisible, *refus), (), tuple(zip(noms, examens, strict=True)))


def _illisible(raison: str, octets: bytes) -> Constat:
    """Un jeton chiffré est un jeton, que le banc ne peut pas lire ; le reste n'en est pas un."""
    if "chiffré" in raison:
        return LISIBLE.sans_objet(f"{raison} : le banc ne peut pas le lire sans la clé du destinataire.")
    if "niveaux imbriqués" in raison:
        return LISIBLE.sans_objet(f"au-delà de la limite du banc : {raison}")
    return LISIBLE.enfreinte(
        "Le jeton ne se lit pas.", attendu="trois parties base64url, deux objets JSON",
        recu=f"{raison} (empreinte {empreinte(octets)})", ou="fichier",
    )  # fmt: skip


def _cles(contexte: ContexteControle) -> tuple[Jwks | None, tuple[Constat, ...]]:
    if contexte.jwks is None:
        return None, ()
    try:
        return lire_jwks(contexte.jwks), ()
    except JwksIllisible as erreur:
        return None, (SIGNATURE.sans_objet(f"Le JWKS donné ne se lit pas : {erreur}."),)


def _examiner(jeton: Jeton, cles: Jwks | None, contexte: ContexteControle, acces: Jeton | None) -> Examen:
    lisible = LISIBLE.respectee(
        f"Jeton lu : {jeton.nature.value}", recu=f"{jeton.alg or 'sans alg'}, empreinte {jeton.empreinte}", ou="fichier"
    )
    constats = verifier_jeton(jeton, cles=cles, instant=contexte.a_l_instant, acces=acces)
    perimetre = [f"joué : en-tête, revendications et dates ({jeton.nature.value})"]
    if cles is None:
        perimetre.append("non joué : signature non vérifiée (aucun JWKS donné)")
    if contexte.a_l_instant is None:
        perimetre.append("non joué : validité à l'heure du contrôle (aucun instant donné) ; les dates sont comparées")
    perimetre.append("non joué : nonce, client_id et state envoyés par le client (un fichier ne les porte pas)")
    return Examen(TypeFichier.JWT, (lisible, *constats), tuple(perimetre))

"""Le corps d'un courriel : texte brut ou texte et HTML au même contenu, UTF-8, rien à charger ; mention automatique."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.mssante.mime import Partie
from steps.verifications.mssante.portee import sans_contexte
from steps.verifications.mssante.rendu_html import TAILLE_MAX, Rendu, rendre
from steps.verifications.registre import verification

_REF = "MSSanté référentiel #2"
_VA1_11 = f"REM BIO, exigence MSS/va1.11 ; {_REF}, ECO.2.2.4"
_MOT = re.compile(r"\w+")
_LIEN = re.compile(r"(?:https?://|mailto:|www\.)\S+|\S+@\S+", re.IGNORECASE)
_AUTOMATIQUE = re.compile(r"automat|robot|sans intervention|ne pas (?:y )?r[ée]pondre", re.IGNORECASE)
_PART_TOLEREE = 0.1
_PARAGRAPHES_DE_FIN = 2

FORME = Regle(
    "MSS-CRP-01", "Le corps est en text/plain, ou en multipart/alternative de text/plain puis text/html", _VA1_11,
    Confiance.OFFICIELLE, "Écrire le corps en text/plain, ou en multipart/alternative : text/plain d'abord, text/html.",
)  # fmt: skip
MEME_CONTENU = Regle(
    "MSS-CRP-02", "Le texte brut et le HTML disent la même chose", _VA1_11, Confiance.OFFICIELLE,
    "Produire les deux parties à partir du même texte.",
)  # fmt: skip
UTF8 = Regle(
    "MSS-CRP-03", "Les textes du corps sont en UTF-8",
    f"{_REF}, ECO.2.2.3, vu à travers la documentation publique d'un éditeur", Confiance.SECONDAIRE,
    "Annoncer et écrire charset=utf-8.",
)  # fmt: skip
EXTERNES = Regle(
    "MSS-CRP-04", "Le HTML ne charge rien d'extérieur",
    "Conseil du banc : une image distante dit à un tiers quand et où le courriel est lu", Confiance.DEDUITE,
    "Joindre les images au message, ou s'en passer.",
)  # fmt: skip
ACTIF = Regle(
    "MSS-CRP-05", "Le HTML ne fait rien exécuter", "Déduction du banc : aucun lecteur de courriels ne l'exécute",
    Confiance.DEDUITE, "Retirer scripts, formulaires, cadres et gestionnaires d'événements.",
)  # fmt: skip
MENTION = Regle(
    "MSS-CRP-06", "Le courriel d'une boîte applicative finit par une mention d'envoi automatique et une adresse",
    f"REM BIO, exigence MSS/va1.09 ; {_REF}, ECO.2.2.5", Confiance.OFFICIELLE,
    "Finir le texte par une mention d'envoi automatique et l'adresse de la boîte personnelle ou organisationnelle.",
)  # fmt: skip


@verification(FORME)
def forme(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """Type du corps."""
    corps, echanges = courriel.corps, contexte.echanges
    if corps is None:
        message = "Le courriel n'a pas de texte : il commence par une pièce jointe."
        return FORME.a_regarder(message, recu=_types(courriel.racine), ou="message", echanges=echanges)
    recu, ou = _types(corps), corps.titre
    attendu = "text/plain, ou multipart/alternative (text/plain puis text/html)"
    if corps.entete("Content-Type") is None:
        return FORME.enfreinte(
            "Le corps n'a pas de Content-Type.", attendu=attendu, recu="aucun Content-Type", ou=ou, echanges=echanges
        )
    juste = corps.type == "text/plain"
    if corps.type == "multipart/alternative":
        types = [enfant.type for enfant in corps.enfants]
        if types == ["text/plain", "multipart/related"] and corps.enfants[1].enfants[:1]:
            message = "Le HTML est dans un multipart/related (images jointes), que le texte ne prévoit ni n'exclut."
            return FORME.a_regarder(message, recu=recu, ou=ou, echanges=echanges)
        juste = types == ["text/plain", "text/html"]
    return juger(
        FORME, juste, "Le corps n'a pas la forme attendue.", attendu=attendu, recu=recu, ou=ou, echanges=echanges
    )


def _types(partie: Partie) -> str:
    if not partie.multipart:
        return partie.type
    return f"{partie.type} ({', '.join(enfant.type for enfant in partie.enfants[:8])})"


def parties_du_corps(courriel: Courriel) -> tuple[Partie | None, Partie | None]:
    """Les premières parties text/plain et text/html du corps."""
    feuilles = [p for p in courriel.corps.parcourir() if not p.multipart] if courriel.corps is not None else []
    brut = next((p for p in feuilles if p.type == "text/plain"), None)
    return brut, next((p for p in feuilles if p.type == "text/html"), None)


def texte_du_corps(courriel: Courriel) -> str:
    """Le texte du corps : la partie brute, à défaut le HTML rendu."""
    brut, html = parties_du_corps(courriel)
    if brut is not None:
        return brut.texte
    return rendre(html.texte).texte if html is not None else ""


@verification(MEME_CONTENU)
def meme_contenu(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Les deux parties d'un multipart/alternative ont les mêmes mots ; rien sans les deux.

    Espaces, ponctuation, puces, liens et ordre des cellules ne comptent pas. Peu de mots d'écart est à regarder.
    """
    brut, html = parties_du_corps(courriel)
    if brut is None or html is None:
        return []
    rendu, texte = rendre(html.texte), brut.texte
    ou, echanges = courriel.corps.titre if courriel.corps is not None else "", contexte.echanges
    limite = rendu.limite or (f"texte de {len(texte)} caractères" if len(texte) > TAILLE_MAX else "")
    if limite:
        return [MEME_CONTENU.sans_objet(f"au-delà de la limite du banc : {limite}", echanges=echanges)]
    gauche, droite = _mots(texte), _mots(rendu.texte)
    seuls, ajoutes = gauche - droite, droite - gauche
    ecart, total = seuls.total() + ajoutes.total(), max(gauche.total(), droite.total())
    if not ecart:
        return [MEME_CONTENU.respectee(recu=f"{total} mots de part et d'autre", ou=ou, echanges=echanges)]
    recu = f"dans le texte seul : {_liste(seuls)} ; dans le HTML seul : {_liste(ajoutes)}"
    if ecart <= max(1, total * _PART_TOLEREE) and gauche and droite:
        message = "Quelques mots du texte brut et du HTML diffèrent : une personne doit voir si le contenu est le même."
        return [MEME_CONTENU.a_regarder(message, recu=recu, ou=ou, echanges=echanges)]
    return [
        MEME_CONTENU.enfreinte(
            "Le texte brut et le HTML ne disent pas la même chose.", attendu="le même contenu rédactionnel", recu=recu,
            ou=ou, echanges=echanges,
        )
    ]  # fmt: skip


def _mots(texte: str) -> Counter[str]:
    uni = unicodedata.normalize("NFKC", _LIEN.sub(" ", texte)).casefold()
    return Counter(_MOT.findall(uni))


def _liste(mots: Counter[str]) -> str:
    return ", ".join(mot[:30] for mot, _ in mots.most_common(6)) or "rien"


@verification(UTF8)
def utf8(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """Les textes du corps annoncent l'UTF-8 ; de l'ASCII pur, qui en est, est admis."""
    textes = [p for p in parties_du_corps(courriel) if p is not None]
    if not textes:
        return UTF8.a_regarder("Le courriel n'a pas de texte.", ou="message", echanges=contexte.echanges)
    fautes = [
        p for p in textes
        if p.charset not in ("utf-8", "utf8") and not (p.charset in ("us-ascii", "ascii") and p.contenu.isascii())
    ]  # fmt: skip
    return juger(
        UTF8, not fautes, "Un texte du corps n'est pas en UTF-8.", attendu="charset=utf-8",
        recu=", ".join(dict.fromkeys(p.charset[:40] for p in fautes or textes)),
        ou=(fautes or textes)[0].titre, echanges=contexte.echanges,
    )  # fmt: skip


@verification(EXTERNES, ACTIF)
def html_sobre(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Ce que le HTML chargerait (une remarque) ou ferait exécuter ; rien sans HTML."""
    html = parties_du_corps(courriel)[1]
    if html is None:
        return []
    rendu: Rendu = rendre(html.texte)
    if rendu.limite:
        return [ACTIF.sans_objet(f"au-delà de la limite du banc : {rendu.limite}", echanges=contexte.echanges)]
    if rendu.externes:
        message = "Le HTML charge des contenus d'ailleurs, qui disent à un tiers que le courriel est lu."
        externes = EXTERNES.signalee(message, attendu="rien d'extérieur", recu=" ; ".join(rendu.externes[:5]),
                                     ou=html.titre, echanges=contexte.echanges)  # fmt: skip
    else:
        externes = EXTERNES.respectee(recu="rien à charger", ou=html.titre, echanges=contexte.echanges)
    return [
        externes,
        juger(
            ACTIF, not rendu.actifs, "Le HTML ferait exécuter quelque chose.",
            attendu="ni script, ni formulaire, ni cadre", recu=" ; ".join(rendu.actifs[:5]) or "rien d'actif",
            ou=html.titre, echanges=contexte.echanges,
        ),
    ]  # fmt: skip


@verification(MENTION)
def mention_automatique(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """La mention finale d'une boîte applicative : envoi automatique, et l'adresse que donne Reply-To."""
    bal, echanges = contexte.bal_emission, contexte.echanges
    if bal is None or not bal.type:
        return [sans_contexte(MENTION, "si la boîte d'émission est applicative", echanges)]
    if bal.type != "APP":
        return []
    ou = courriel.corps.titre if courriel.corps is not None else "message"
    texte = texte_du_corps(courriel)
    reponses = [adresse.cle for adresse in courriel.adresses("Reply-To")] or [contexte.adresse_retour.lower()]
    paragraphes = [p for p in re.split(r"\n\s*\n", texte.replace("\r\n", "\n").strip()) if p.strip()]
    fin = "\n".join(paragraphes[-_PARAGRAPHES_DE_FIN:])
    attendu = f"une mention d'envoi automatique et {reponses[0] or 'une adresse PER ou ORG'}, à la fin du texte"
    recu = " ".join(fin.split())[-240:] or "rien"
    if any(r and r in fin.lower() for r in reponses):
        if _AUTOMATIQUE.search(fin):
            return [MENTION.respectee(recu=recu, ou=ou, echanges=echanges)]
        message = "La fin du texte donne l'adresse, sans mot qui dise l'envoi automatique : une personne doit la lire."
        return [MENTION.a_regarder(message, recu=recu, ou=ou, echanges=echanges)]
    if any(r and r in texte.lower() for r in reponses) and _AUTOMATIQUE.search(texte):
        message = "La mention d'envoi automatique n'est pas dans les derniers paragraphes du texte."
        return [MENTION.a_regarder(message, recu=recu, ou=ou, echanges=echanges)]
    return [
        MENTION.enfreinte(
            "Le texte ne finit pas par la mention d'envoi automatique et son adresse.", attendu=attendu, recu=recu,
            ou=ou, echanges=echanges,
        )
    ]  # fmt: skip

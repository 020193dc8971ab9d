"""L'ouverture d'une boîte : TLS, identification, accord, commandes, selon son type ; sa réouverture après coupure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.mssante.commandes import APRES_IDENTIFICATION, Commande
from steps.verifications.mssante.dialogue import Session, mecanisme
from steps.verifications.mssante.tls_client import Attitude, attitude, en_regle
from steps.verifications.registre import verification

_REM = "REM RIS, exigence {} (travaux de concertation 2023)"

PAR_JETON = Regle(
    "MSS-OUV-01", "Une BAL personnelle ou organisationnelle s'ouvre par STARTTLS, XOAUTH2, puis l'accord",
    _REM.format("MSS/CONF.07"), Confiance.OFFICIELLE,
    "Après STARTTLS, envoyer XOAUTH2 avec l'adresse de la BAL et le jeton Pro Santé Connect, puis attendre l'accord.",
)  # fmt: skip
PAR_CERTIFICAT = Regle(
    "MSS-OUV-02", "Une BAL applicative s'ouvre par un certificat ORG AUTH_CLI, puis PLAIN à son adresse",
    _REM.format("MSS/CONF.12"), Confiance.OFFICIELLE,
    "Présenter le certificat ORG AUTH_CLI au montage de TLS, puis l'adresse de la BAL pour identifiant de PLAIN.",
)  # fmt: skip
ROUVERTE = Regle(
    "MSS-OUV-03", "La session coupée par l'opérateur est rouverte sans que la personne se reconnecte",
    _REM.format("MSS/CONF.11"), Confiance.OFFICIELLE,
    "Après la fin de session décidée par l'opérateur, rouvrir la connexion avec le jeton encore valable.",
)  # fmt: skip
IGC_SANTE = Regle(
    "MSS-OUV-04", "Un opérateur au certificat serveur de l'IGC Santé est accepté", _REM.format("MSS/va1.06"),
    Confiance.OFFICIELLE, "Placer dans le magasin de confiance de la messagerie les autorités de l'IGC Santé.",
)  # fmt: skip

_TYPES = {PAR_JETON.code: ("PER", "ORG", "CAB"), PAR_CERTIFICAT.code: ("APP",)}


@verification(PAR_JETON)
def ouverte_par_jeton(protocole: str, sessions: Sequence[Session], types_de_bal: Mapping[str, str]) -> Constat:
    """Sur ce protocole, chaque boîte personnelle ou organisationnelle s'ouvre par XOAUTH2, et une au moins s'ouvre.

    `sessions` : connexions de gestes faits sur ces boîtes ; `types_de_bal` : adresse en minuscules → PER, ORG, CAB ou
    APP. Un jeton refusé puis remplacé n'est pas une faute.
    """
    return _ouverte(PAR_JETON, protocole, sessions, types_de_bal, "XOAUTH2")


@verification(PAR_JETON)
def organisationnelle_ouverte(sessions: Sequence[Session], adresse: str) -> Constat:
    """La boîte organisationnelle `adresse` (en minuscules) a été ouverte ; sinon une personne dit pourquoi."""
    vues = [s for s in sessions if any(_adresse(c) == adresse for c in s.authentifications)]
    if any(_bal_ouverte(s) == adresse for s in vues):
        return PAR_JETON.respectee(
            "boîte organisationnelle ouverte", recu=adresse, ou=_ou(vues),
            echanges=tuple(s.authentifications[-1].numero for s in vues),
        )  # fmt: skip
    return PAR_JETON.a_regarder(
        "la boîte organisationnelle n'a pas été ouverte : dites si le logiciel n'emploie que des boîtes personnelles",
        recu=f"{len(vues)} demande(s) d'identification" if vues else "aucune connexion à cette boîte",
        ou=_ou(vues) if vues else adresse,
    )


@verification(PAR_CERTIFICAT)
def ouverte_par_certificat(protocole: str, sessions: Sequence[Session], types_de_bal: Mapping[str, str]) -> Constat:
    """Sur ce protocole, chaque boîte applicative s'ouvre par PLAIN sous certificat client, et une au moins s'ouvre."""
    return _ouverte(PAR_CERTIFICAT, protocole, sessions, types_de_bal, "PLAIN")


def _ouverte(
    regle: Regle, protocole: str, sessions: Sequence[Session], types_de_bal: Mapping[str, str], bon: str
) -> Constat:
    nom = protocole.upper()
    vues = [
        s for s in sessions
        if s.protocole == protocole and s.authentifications and _concernee(s, types_de_bal, _TYPES[regle.code])
    ]  # fmt: skip
    if not vues:
        genre = "applicative" if bon == "PLAIN" else "personnelle ou organisationnelle"
        return regle.sans_objet(f"{nom} : aucune boîte {genre} n'a été demandée à l'opérateur")
    fautes = [(s, faute) for s in vues if (faute := _faute(s, bon))]
    ouvertes = [s for s in vues if _bal_ouverte(s)]
    if fautes or not ouvertes:
        refus = [c.notes.get("motif") or c.reponse.strip() for s in vues for c in s.authentifications if not c.reussie]
        dits = [f"{s.connexion} : {faute}" for s, faute in fautes] or [f"aucune identification admise : {refus[0]}"]
        return regle.enfreinte(
            f"{nom} : la boîte ne s'ouvre pas dans l'ordre voulu" if fautes else f"{nom} : la boîte ne s'ouvre pas",
            attendu=f"STARTTLS, {bon}, accord de l'opérateur, puis les commandes",
            recu="; ".join(dits[:3]),
            ou=_ou([s for s, _ in fautes] or vues),
            echanges=tuple(s.authentifications[0].numero for s in ([s for s, _ in fautes] or vues)),
        )
    return regle.respectee(
        f"{nom} : {len(ouvertes)} ouverture(s) dans l'ordre",
        recu=", ".join(dict.fromkeys(f"{s.bal} par {bon}" for s in ouvertes)),
        ou=_ou(ouvertes),
        echanges=tuple(s.authentifications[-1].numero for s in ouvertes),
    )


def _concernee(session: Session, types_de_bal: Mapping[str, str], voulus: Sequence[str]) -> bool:
    """Une boîte de ces types, ou une boîte que l'opérateur n'a pas pu lire : mécanisme refusé d'emblée."""
    types = {types_de_bal.get(_adresse(c), "") for c in session.authentifications}
    return types == {""} or not types.isdisjoint(voulus)


def _bal_ouverte(session: Session) -> str:
    """La boîte que l'opérateur a ouverte sur cette connexion, vide s'il n'en a ouvert aucune."""
    return session.bal if any(c.reussie for c in session.authentifications) else ""


def _adresse(commande: Commande) -> str:
    return (commande.notes.get("bal_demandee") or commande.notes.get("bal", "")).lower()


def _faute(session: Session, bon: str) -> str:
    """Ce qui, sur cette connexion, n'est pas dans l'ordre ; vide si tout l'est."""
    identifications = session.authentifications
    if any(not c.chiffree for c in identifications):
        return "identification hors du canal TLS"
    if autres := [mecanisme(c) for c in identifications if mecanisme(c) != bon]:
        return f"identification par {', '.join(dict.fromkeys(autres))}"
    if bon == "PLAIN" and (session.tls is None or session.tls.certificat is None):
        return "aucun certificat client au montage de TLS"
    accord = next((c.numero for c in identifications if c.reussie), None)
    sensibles = [c for c in session.commandes if c.verbe in APRES_IDENTIFICATION]
    avant = [c.verbe for c in sensibles if accord is None or c.numero < accord]
    return f"{', '.join(dict.fromkeys(avant))} avant l'accord de l'opérateur" if avant else ""


@verification(ROUVERTE)
def session_rouverte(protocole: str, avant: Sequence[Session], apres: Sequence[Session], saisies: int) -> Constat:
    """La boîte ouverte avant la coupure l'est de nouveau après, sans nouvelle connexion de la personne.

    `avant` : connexions d'avant la coupure, entières ; `apres` : celles d'après ; `saisies` : connexions de la personne
    à Pro Santé Connect demandées depuis la coupure.
    """
    nom = protocole.upper()
    coupees = [s for s in avant if s.protocole == protocole and _bal_ouverte(s) and s.fermee_par_l_operateur]
    if not coupees:
        if any(s.protocole == protocole and _bal_ouverte(s) for s in avant):
            return ROUVERTE.a_regarder(
                f"{nom} : le logiciel avait fermé de lui-même sa session, l'opérateur n'a rien pu couper ; montrez "
                "qu'une session coupée en cours d'usage se rouvre",
                recu="session fermée par le logiciel avant la coupure", ou=_ou(avant),
            )  # fmt: skip
        return ROUVERTE.sans_objet(f"{nom} : aucune session n'était ouverte avant la coupure")
    boites = {s.bal for s in coupees}
    rouvertes = [s for s in apres if s.protocole == protocole and _bal_ouverte(s) in boites]
    if not rouvertes or saisies:
        vues = [s for s in apres if s.protocole == protocole]
        return ROUVERTE.enfreinte(
            f"{nom} : la session coupée par l'opérateur n'est pas rouverte d'elle-même",
            attendu=f"{', '.join(sorted(boites))} ouverte de nouveau, sans nouvelle connexion de la personne",
            recu=f"{saisies} connexion(s) de la personne" if rouvertes else f"{len(vues)} essai(s), aucune ouverture",
            ou=_ou(vues or coupees), echanges=tuple(s.numeros[-1] for s in coupees[:3]),
        )  # fmt: skip
    return ROUVERTE.respectee(
        f"{nom} : session rouverte après la coupure",
        recu=", ".join(dict.fromkeys(s.bal for s in rouvertes)), ou=_ou(rouvertes),
        echanges=(coupees[0].numeros[-1], rouvertes[0].authentifications[-1].numero),
    )  # fmt: skip


@verification(IGC_SANTE)
def igc_sante_acceptee(protocole: str, face: Sequence[Session], toutes: Sequence[Session]) -> Constat:
    """Face à l'opérateur en règle, dont le certificat est de l'IGC Santé, la connexion TLS s'établit et sert.

    `toutes` : les connexions du scénario ; si aucune, d'aucun protocole, n'est acceptée, l'autorité de test manque
    peut-être à l'installation : une personne le dit.
    """
    nom = protocole.upper()
    tentees = [s for s in face if s.protocole == protocole and en_regle(s) and (s.starttls or s.poignee_refusee)]
    if not tentees:
        return IGC_SANTE.sans_objet(f"{nom} : aucune poignée TLS n'a été tentée face à l'opérateur de l'IGC Santé")
    attitudes = {s.connexion: attitude(s) for s in tentees}
    servies = [s for s in tentees if attitudes[s.connexion] is Attitude.ACCEPTE and s.chiffree]
    if servies:
        return IGC_SANTE.respectee(
            f"{nom} : connexion établie", recu=f"{len(servies)} connexion(s) acceptée(s)", ou=_ou(servies),
            echanges=tuple(s.numeros[0] for s in servies[:2]),
        )  # fmt: skip
    if any(s.chiffree and not s.poignee_refusee for s in tentees):
        return IGC_SANTE.a_regarder(
            f"{nom} : la poignée TLS aboutit, puis le client s'arrête : rien ne dit s'il admet le certificat",
            recu=", ".join(dict.fromkeys(str(a) for a in attitudes.values())), ou=_ou(tentees),
        )  # fmt: skip
    if not any(en_regle(s) and attitude(s) is Attitude.ACCEPTE for s in toutes):
        return IGC_SANTE.a_regarder(
            f"{nom} : aucune connexion ne s'établit ; l'autorité racine du banc est-elle installée dans le logiciel ?",
            recu=f"poignée abandonnée : {tentees[0].note('raison') or 'fermeture par le client'}", ou=_ou(tentees),
        )  # fmt: skip
    return IGC_SANTE.enfreinte(
        f"{nom} : aucune connexion TLS ne s'établit avec un opérateur de l'IGC Santé",
        attendu="certificat serveur de l'IGC Santé (gamme Élémentaire, domaine Organisations) accepté",
        recu=f"poignée abandonnée : {tentees[0].note('raison') or 'fermeture par le client'}", ou=_ou(tentees),
        echanges=tuple(s.numeros[0] for s in tentees[:2]),
    )  # fmt: skip


def _ou(sessions: Sequence[Session]) -> str:
    return "connexion " + ", ".join(dict.fromkeys(f"{s.protocole.upper()} {s.connexion}" for s in sessions[:4]))

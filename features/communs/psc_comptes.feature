# language: fr
Fonctionnalité: Comptes rapprochés de Pro Santé Connect, et niveau d'authentification demandé
  Le compte qu'une personne avait déjà reste le sien quand elle passe par Pro Santé Connect.

  @PSC.02.01
  Scénario: Pro Santé Connect et l'autre moyen de connexion mènent au même compte
    # Le texte officiel montre un rapprochement ; deux comptes et un refus montrent qu'il tient au RPPS.
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Quand l'utilisateur ouvre l'écran de connexion
    Alors les moyens de connexion proposés sont ceux que l'éditeur déclare
    Étant donné un compte au mot de passe, sans RPPS, pour « la pharmacienne »
    Et un compte au mot de passe, à son RPPS, pour « le médecin aux deux exercices »
    Quand « la pharmacienne » rapproche son compte de Pro Santé Connect
    Et « la pharmacienne » ferme sa session
    Et « la pharmacienne » s'identifie
    Et « la pharmacienne » ferme sa session
    Alors « la pharmacienne » retrouve le même compte par son mot de passe
    Quand « le médecin aux deux exercices » rapproche son compte de Pro Santé Connect
    Et « le médecin aux deux exercices » ferme sa session
    Et « le médecin aux deux exercices » s'identifie
    Et « le médecin aux deux exercices » ferme sa session
    Alors « le médecin aux deux exercices » retrouve le même compte par son mot de passe
    Et « la pharmacienne » et « le médecin aux deux exercices » gardent deux comptes
    Étant donné un compte au mot de passe, à son RPPS, pour « la médecin sans structure »
    Quand « la médecin sans structure » tente de rapprocher son compte de l'identité de « l'infirmier sans activité »
    Alors le compte de « la médecin sans structure » n'est pas rapproché de « l'infirmier sans activité »

  @PSC.08.01
  Scénario: Le niveau eidas1 est demandé, de quelque façon qu'on se connecte
    # Le texte officiel se contente d'une déclaration écrite ; la valeur se lit aussi dans chaque demande.
    Étant donné un logiciel dont chaque façon de se connecter par Pro Santé Connect est essayée
    Alors la valeur d'acr_values demandée est eidas1, et l'engagement écrit est à joindre
